"""The machine side of Madang: what ./run, ./test and ./bench do before any page is served.

Standard library only, and no Django at import: it runs before anything is installed.
"""
