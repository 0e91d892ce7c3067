"""Every read: `oracle` is the meaning in SQL, `matches` and `interests` are for pages, `wording` says why."""
