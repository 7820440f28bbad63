"""Another gateway of voice bots, measured beside this one."""
