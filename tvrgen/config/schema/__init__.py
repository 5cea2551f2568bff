"""JSON schemas: of configs and prompt templates (made from the settings), of scene lines and question lines."""
