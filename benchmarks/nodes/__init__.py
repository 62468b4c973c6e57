"""Name servers under load: ours on each event loop, beside others, with dnsperf asking, all in the same run on the same machine.

Every server has one processor to itself, and dnsperf the other, where there are two.  Shares are compared, rates are not: those
belong to the machine.  What is held on any machine: no query is lost, no answer has a wrong id or another code, and neither memory
nor descriptors grow.
"""
