"""Where somebody's functions run: on threads here, or in processes of their own.

A worker calls one function at a time and hands back what it returned or raised; ``hands`` are the threads that take
jobs, each with a worker. No room here knows what is loaded, or why.
"""
