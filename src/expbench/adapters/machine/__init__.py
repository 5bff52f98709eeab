"""System metrics: what the machine and the run's processes do, sampled while the run goes on."""
