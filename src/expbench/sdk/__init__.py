"""What training code imports: standard library only, light, and it never raises into training.

Wrong use (a key that is no text, a value that is no number) raises `TypeError`; a failure to record gives one
Python warning per cause, is kept with the run where that is possible, and training goes on.
"""
