//! Lab files: from bytes to a checked [`model`], with every finding at its line and column.
