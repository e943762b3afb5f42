"""What terraform/ promises, tried: `tests/run.sh terraform` brings what is needed, and runs `python -m tests.terraform`.

providers.py says where providers come from, folder.py runs Terraform, emulator.py is the AWS that states and locks live in.
"""
