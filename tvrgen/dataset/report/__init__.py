"""Reports for people: the contact sheet, and tables and plots of a dataset's balance."""
