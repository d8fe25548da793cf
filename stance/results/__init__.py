"""What comes out: records, tables, pages and cards. Nothing here reads text or scores it."""
