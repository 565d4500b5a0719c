"""How well questions are answered: the questions, and what a good answer to each would be."""
