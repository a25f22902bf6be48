"""The parts of the example annual report: an invented company, its books, and the inline XBRL document about them."""
