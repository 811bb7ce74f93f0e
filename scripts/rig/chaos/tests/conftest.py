"""The modules beside this folder, and those of the fault matrix."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2] / "faults")]
sys.dont_write_bytecode = True
