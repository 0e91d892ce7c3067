"""The pages of procedures: lists, the buyer's work, questions, documents."""
