"""Where the functions of scripts run: on threads here, or in processes of their own.

A worker calls one function at a time and hands back what it returned or raised; ``pool`` has the threads that
take jobs, each with a worker. No module here knows what is loaded, or why.
"""
