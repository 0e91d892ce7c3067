"""The PostgreSQL that Pazar makes, starts and stops by itself, and the check of one that it is given.

`cluster.ensure_running(data)` is the way in: a server in a data folder, on a Unix socket only, with the roles
*owner*, *app*, *reader* and the database `pazar`. `check.check_urls` looks at a server named by DATABASE_URL.
Nothing here knows Django: it runs before the settings can be read.
"""
