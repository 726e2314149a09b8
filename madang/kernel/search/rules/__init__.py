"""How texts are cut into what is searched, how questions are read, how near texts are. Pure."""
