"""Writing an entry: the form, drafts, attachments, figures, and a pasted text that is split."""
