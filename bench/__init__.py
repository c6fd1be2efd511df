"""How fast it is, beside a rival, on the machine that both run on."""
