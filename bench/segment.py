"""The peer of bench/segment.mjs: an ONNX model with a card of a fixed size, by numpy, nibabel and onnxruntime.

    python segment.py IMAGE.nii.gz NAME.onnx OUT.nii.gz THREADS

Resizes linearly with the first voxel centres coinciding, takes the arg max and carries it back by the nearest voxel.
"""
import json
import resource
import sys

import nibabel as nib
import numpy as np
import onnxruntime

image_file, model_file, out_file, threads = sys.argv[1:]
card = json.load(open(model_file[: -len("onnx")] + "json"))
image = nib.load(image_file)
lps = nib.orientations.axcodes2ornt("LPS")
own = nib.orientations.io_orientation(image.affine)
there = nib.orientations.ornt_transform(own, lps)
back = nib.orientations.ornt_transform(lps, own)
data = nib.orientations.apply_orientation(np.asarray(image.dataobj), there).transpose(2, 1, 0)
size, shape = card["input"]["size"], data.shape


def resized(array, axis):
    """Linear along one axis."""
    position = np.minimum(np.arange(size[axis]) * shape[axis] / size[axis], shape[axis] - 1)
    lower = np.minimum(np.floor(position).astype(int), max(0, shape[axis] - 2))
    weight = (position - lower).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
    a = np.take(array, lower, axis)
    b = np.take(array, np.minimum(lower + 1, shape[axis] - 1), axis)
    return a + weight * (b - a)


# The axis that shrinks most first.
volume = data.astype(np.float32)
for axis in sorted(range(3), key=lambda a: size[a] / shape[a]):
    volume = resized(volume, axis)

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(threads)
session = onnxruntime.InferenceSession(model_file, options, providers=["CPUExecutionProvider"])
logits = session.run([card["output"]["name"]], {card["input"]["name"]: volume[None, None]})[0][0]
labels = np.argmax(logits, axis=0).astype(np.uint8)
for axis in range(3):
    index = np.floor(np.arange(shape[axis]) * size[axis] / shape[axis] + 0.5).astype(int)
    labels = np.take(labels, np.minimum(index, size[axis] - 1), axis)
labels = nib.orientations.apply_orientation(labels.transpose(2, 1, 0), back)
nib.save(nib.Nifti1Image(np.asfortranarray(labels), image.affine), out_file)
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"cpu": usage.ru_utime + usage.ru_stime}))
