from django.urls import URLPattern, URLResolver, path

from pazar.market.bids.pages import bid, feeds, mine, opening, sealing_key, submit

app_name = "bids"
urlpatterns: list[URLPattern | URLResolver] = [
    path("feeds/<str:token>/bids.ics", feeds.calendar, name="feed_calendar"),
    path("bids/", mine.mine, name="mine"),
    path("bids/<uuid:bid_id>/", bid.bid, name="bid"),
    path("bids/<uuid:bid_id>/rail/", bid.rail, name="rail"),
    path("bids/<uuid:bid_id>/confirm/", bid.confirm, name="confirm"),
    path("bids/<uuid:bid_id>/preview/", submit.preview, name="preview"),
    path("bids/<uuid:bid_id>/to-seal/", submit.to_seal, name="to_seal"),
    path("bids/<uuid:bid_id>/submit/", submit.submit, name="submit"),
    path("bids/<uuid:bid_id>/receipt/", submit.receipt, name="receipt"),
    path("bids/<uuid:bid_id>/receipt/<uuid:submission_id>.json", submit.receipt_file, name="receipt_file"),
    path("bids/<uuid:bid_id>/withdraw/", submit.withdraw, name="withdraw"),
    path("procedures/<uuid:procedure_id>/bid/", mine.begin, name="begin"),
    path("procedures/<uuid:procedure_id>/opening/", opening.opening, name="opening"),
    path("procedures/<uuid:procedure_id>/opening/open/", opening.open_bids, name="open"),
    path("procedures/<uuid:procedure_id>/opening/ask/", opening.ask_shares, name="ask_shares"),
    path("procedures/<uuid:procedure_id>/opening/release/", opening.release_shares, name="release_shares"),
    path("procedures/<uuid:procedure_id>/opening/record.json", opening.record, name="record"),
    path("procedures/<uuid:procedure_id>/opening/<uuid:envelope_id>/", opening.envelope, name="envelope"),
    path("sealing-key/", sealing_key.sealing_key, name="sealing_key"),
    path("sealing-key/enrol/", sealing_key.enrol, name="enrol_key"),
]
