"""The rows of the rules, scaled so that one length of steps suits all of them."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from leohub.plan.problem.rows import Rows


class Scaled:
    """The rows with a largest entry of 1: steps along them and along the prices are alike."""

    def __init__(self, rows: Rows) -> None:
        largest = np.zeros(len(rows.limits))
        for part in (rows.sites, rows.groups):
            if part.nnz:
                largest = np.maximum(largest, abs(part).max(axis=1).toarray().ravel())
        self.scale = 1 / np.where(largest > 0, largest, 1.0)
        self.sites = csr_array(rows.sites.multiply(self.scale[:, np.newaxis]))
        self.groups = csr_array(rows.groups.multiply(self.scale[:, np.newaxis]))
        self.limits = rows.limits * self.scale
        self.of_sites, self.of_groups = csr_array(self.sites.T), csr_array(self.groups.T)
        self.abs_sites = abs(self.sites)
        self.size = self.abs_sites.sum(axis=1) + self.groups.sum(axis=1)
        self.size_of_sites = np.asarray(self.abs_sites.sum(axis=0), dtype=np.float64)
        self.size_of_groups = np.asarray(self.groups.sum(axis=0), dtype=np.float64)
        self.size[self.size == 0] = 1.0
