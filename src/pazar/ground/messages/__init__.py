"""What the centre sends to people: on the centre and by mail (B3).

`commands.tell` writes a message and its mail in the transaction of the act they are about, each once per person.
The mails leave by a round of the worker. Every kind of message is named by its domain in `AppConfig.ready`
(`kinds.register`), so that people can say which kinds they want by mail, and when. Where no mail server is set, mails
are kept and can be read.
"""
