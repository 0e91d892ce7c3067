from django.urls import URLPattern, URLResolver, path

from pazar.roof.pages import centre, companies, company, home, journal, ocds, procedure, search

app_name = "roof"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("journal/", journal.journal, name="journal"),
    path("journal/checkpoint", journal.checkpoint, name="checkpoint"),
    path("journal/consistency.json", journal.consistency, name="consistency"),
    path("journal/heads/", journal.heads, name="heads"),
    path("journal/heads/<int:size>/", journal.head, name="head"),
    path("journal/heads/<int:size>.txt", journal.head_text, name="head_text"),
    path("journal/stamps/<uuid:stamp_id>.tsr", journal.stamp, name="stamp"),
    path("journal/export.jsonl", journal.export, name="journal_export"),
    path("centre/", centre.status, name="centre"),
    path("centre/jobs/", centre.jobs, name="jobs"),
    path("centre/jobs/<int:job_id>/again/", centre.job_again, name="job_again"),
    path("centre/acts/<int:act_id>/again/", centre.act_again, name="act_again"),
    path("market/companies/", companies.listing, name="companies"),
    path("market/companies/list.<str:form>", companies.export, name="companies_export"),
    path("market/companies/<uuid:company_id>/", company.company, name="company"),
    path("market/procedures/<uuid:procedure_id>/", procedure.procedure, name="procedure"),
    path("ocds/", ocds.releases, name="ocds"),
    path("ocds/<str:named>.json", ocds.release, name="ocds_release"),
    path("ocds/<str:named>/", ocds.named, name="ocds_named"),
    path("ocds/<str:named>", ocds.named, name="ocds_bare"),
]
