"""Run, test and read the lessons of the workbook: the command line."""

import sys

from tutor import bootstrap

if __name__ == "__main__":
    bootstrap.ensure()
