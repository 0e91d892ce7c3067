<<<<<<< HEAD
from django.urls import URLPattern, URLResolver

app_name = "codes"
urlpatterns: list[URLPattern | URLResolver] = []
=======
from django.urls import path

from pazar.ground.codes import pages

app_name = "codes"
urlpatterns = [
    path("codes/cpv", pages.cpv, name="cpv"),
    path("codes/nuts", pages.nuts, name="nuts"),
]
>>>>>>> a42e92f (codes: Bring categories, regions and units, search and label them)
