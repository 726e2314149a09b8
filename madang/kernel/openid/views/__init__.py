"""The endpoints that agencies' programs call, and the pages that people see on their way."""
