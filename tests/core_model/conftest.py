"""The core's tests use one thread: their tensors are small, and threads that wait for each other are slower."""

import torch

torch.set_num_threads(1)
