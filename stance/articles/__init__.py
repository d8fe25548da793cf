"""What is read: articles and their paragraphs, from every format."""

from stance.articles.article import Article, Paragraph
from stance.articles.paragraphs import split_paragraphs
from stance.articles.reading import read_articles, read_records
from stance.articles.records import Columns, Quarantined

__all__ = ["Article", "Columns", "Paragraph", "Quarantined", "read_articles", "read_records", "split_paragraphs"]
