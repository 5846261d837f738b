"""A fictional world to try the program in: two gminas, their units, people, rules and three months of tickets."""

from helpdesk.demo.load import load_demo
from helpdesk.demo.people import DEMO_PEOPLE, PASSWORD, DemoPerson

__all__ = ["DEMO_PEOPLE", "PASSWORD", "DemoPerson", "load_demo"]
