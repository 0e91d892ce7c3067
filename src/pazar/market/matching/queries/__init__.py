"""Every read: `oracle` is the meaning in SQL, `matches` and `interests` are for pages, `reasons` says why."""
