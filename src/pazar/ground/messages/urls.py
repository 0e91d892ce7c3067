from django.urls import URLPattern, URLResolver, path

from pazar.ground.messages.pages import feeds, inbox, mailbox, post, settings, unsubscribe

app_name = "messages"
urlpatterns: list[URLPattern | URLResolver] = [
    path("messages/", inbox.inbox, name="inbox"),
    path("messages/stream", inbox.stream, name="stream"),
    path("messages/read/", inbox.all_read, name="all_read"),
    path("messages/feeds/", feeds.listing, name="feeds"),
    path("messages/feeds/<uuid:address_id>/revoke/", feeds.revoke, name="revoke_feed"),
    path("messages/settings/", settings.settings, name="settings"),
    path("messages/<uuid:message_id>/", inbox.open_message, name="open"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<uuid:mail_id>/", mailbox.mail, name="mail"),
    path("mailbox/<uuid:mail_id>/html/", mailbox.mail_html, name="mail_html"),
    path("mail/reports/", post.take_report, name="take_report"),
    path("centre/mail/", post.post, name="post"),
    path("centre/mail/<uuid:mail_id>/again/", post.again, name="send_again"),
    path("centre/mail/addresses/<uuid:suppression_id>/lift/", post.lift, name="lift"),
]
