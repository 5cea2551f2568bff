"""Writers and readers of answers as text. Needs the standard library alone."""
