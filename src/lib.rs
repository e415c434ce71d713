//! The "Can't access your account?" widget.
