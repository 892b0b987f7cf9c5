#!/usr/bin/python3
"""Other learners on the same features and splits: reads FOLDER/{train,valid,test}.f32 and train.u8, writes scores of valid and test."""
import sys

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

folder, features, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
parts = {name: numpy.fromfile(f"{folder}/{name}.f32", dtype="<f4").reshape(-1, features) for name in ("train", "valid", "test")}
labels = numpy.fromfile(f"{folder}/train.u8", dtype="u1")
learners = {
    "logistic regression": LogisticRegression(max_iter=400, class_weight="balanced", random_state=seed),
    "random forest": RandomForestClassifier(100, class_weight="balanced", n_jobs=1, random_state=seed),
    "gradient boosting": HistGradientBoostingClassifier(max_iter=100, random_state=seed),
}
for name, learner in learners.items():
    learner.fit(parts["train"], labels)
    for part in ("valid", "test"):
        learner.predict_proba(parts[part])[:, 1].astype("<f4").tofile(f"{folder}/{name}.{part}")
