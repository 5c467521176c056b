"""Who may do what, sign-ins, budgets, policies, and the commands around them."""
