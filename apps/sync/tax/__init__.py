"""Tax per line, rebuilt: Syncro tells one sum of tax an invoice, so rates are tried against it and none is guessed."""
