"""Where the functions of scripts run: on threads here, or in processes of their own.

A worker calls one function at a time and returns its result or raises its error; ``pool`` has the threads that take
jobs, each with a worker. No module here knows what is loaded, or why.
"""
