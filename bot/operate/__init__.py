"""What operators do at the command line besides starting and stopping."""
