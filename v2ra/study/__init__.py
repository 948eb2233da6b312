"""The listening study: a plan, a page that plays and asks, ratings in a database, and what they say."""
