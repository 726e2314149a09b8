"""A mobile identity card for the demo country: anybody may show any. It is there only in a demo."""
