"""The sidebar: what the person wants of the session, a fragment for each group. The controls decide nothing:
the line sends what may change in a call, and the status shows what the agent answered.
"""
