"""params.yaml: every fault is one line that says what is wrong, where, and what would be right."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pipeline.errors import ParamsError
from pipeline.evaluation.settings import Suite
from pipeline.fields import FIELDS, LEVELS
from pipeline.kinds import ROOMS
from pipeline.learning.settings import Engine
from pipeline.lookup import fields_read, names, settings
from pipeline.pairs.reading import UNALIGNED
from pipeline.pairs.settings import Pairs
from pipeline.params import scaling, there
from pipeline.params.check import checked
from pipeline.training.settings import Training
from tests.clones import ROOT

SHIPPED = json.loads(json.dumps(YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))))
BORN = ("bicubic-x2", "edsr-x2", "bicubic-luma-x2", "srcnn-x2", "espcn-x2")
SHIPPED["models"] = {name: SHIPPED["models"][name] for name in BORN}  # whoever adds a model need not touch these tests

FAULTS = """
# sections, keys
colour: 1
    params.yaml: colour: `colour` is unknown; choices: engine, gates, models, pairs, seed, sources, suites
models: null
    params.yaml: models: must be a mapping, not null
models.edsr-x2.suit: photos-test-x2
    params.yaml: models.edsr-x2.suit: `suit` is unknown; did you mean `suite`? Choices: pairs, start, suite, training
models.srcnn-x2.training.network.kernel: 3
    params.yaml: models.srcnn-x2.training.network.kernel: `kernel` is unknown; did you mean `kernels`? Choices: deviation, kernels, scale, widths
without models.edsr-x2.training.recipe.losses
without models.edsr-x2.training.recipe.optimizer
    params.yaml: models.edsr-x2.training.recipe.losses: missing; it must be a mapping; choices: <losses>
    params.yaml: models.edsr-x2.training.recipe.optimizer: missing; it must be a mapping with the `name` of one of the optimizers: <optimizers>

# parts
models.edsr-x2.training.network.name: esdr
    params.yaml: models.edsr-x2.training.network.name: `esdr` is unknown; did you mean `edsr`? Choices: <networks>
without models.edsr-x2.training.network.name
    params.yaml: models.edsr-x2.training.network.name: missing; name it; choices: <networks>
models.edsr-x2.training.recipe.losses.mss: 1.0
    params.yaml: models.edsr-x2.training.recipe.losses.mss: `mss` is unknown; did you mean `mse`? Choices: <losses>
models.edsr-x2.training.recipe.losses.far: {name: mss, weight: 1.0}
    params.yaml: models.edsr-x2.training.recipe.losses.far.name: `mss` is unknown; did you mean `mse`? Choices: <losses>
pairs.photos-train-x2.degradation: [{gibberish: {}}]
    params.yaml: pairs.photos-train-x2.degradation[0].gibberish: `gibberish` is unknown; choices: <degradations>
pairs.photos-train-x2.degradation: [resize]
    params.yaml: pairs.photos-train-x2.degradation[0]: must be one part with its options, as in `albumentation: {}`, not the text 'resize'; choices: <degradations>
suites.photos-test-x2.metrics.psnr: {}
    params.yaml: suites.photos-test-x2.metrics.psnr: `psnr` is unknown; did you mean `psnr_yf`? Choices: <metrics>
sources.both: {name: union, of: {a: {name: photo}}}
    params.yaml: sources.both.of.a.name: `photo` is unknown; did you mean `photos`? Choices: <sources>

# values
models.edsr-x2.training.network.blocks: "16"
    params.yaml: models.edsr-x2.training.network.blocks: must be a whole number, not the text '16'
models.edsr-x2.training.network.blocks: true
    params.yaml: models.edsr-x2.training.network.blocks: must be a whole number, not true
models.edsr-x2.training.recipe.optimizer.rate: "1e-4"
    params.yaml: models.edsr-x2.training.recipe.optimizer.rate: must be a number, not the text '1e-4'
models.srcnn-x2.training.network.kernels: [9, 1, x]
    params.yaml: models.srcnn-x2.training.network.kernels[2]: must be a whole number, not the text 'x'
models.edsr-x2.training.recipe.losses.l1: true
    params.yaml: models.edsr-x2.training.recipe.losses.l1: must be followed by its weight, or its options, not true
suites.photos-test-x2.metrics.psnr_y8: null
    params.yaml: suites.photos-test-x2.metrics.psnr_y8: must be followed by its options, `{}` if none, not null
engine.precision: fp16
    params.yaml: engine.precision: `fp16` is unknown; did you mean `bf16`? Choices: auto, bf16, fp32
pairs.photos-train-x2.degradation.0.resize.kernel: bicubc
    params.yaml: pairs.photos-train-x2.degradation[0].resize.kernel: `bicubc` is unknown; did you mean `bicubic`? Choices: area, bicubic, bilinear, lanczos2, lanczos3, lanczos4, nearest
models.edsr-x2.training.steps: -1
    params.yaml: models.edsr-x2.training.steps: must be at least 0, not -1
models.edsr-x2.training.batch: 0
    params.yaml: models.edsr-x2.training.batch: must be at least 1, not 0
models.edsr-x2.training.average: 1.0
    params.yaml: models.edsr-x2.training.average: must be above 0 and below 1, not 1.0
pairs.photos-train-x2.scale: 0
    params.yaml: pairs.photos-train-x2.scale: must be at least 1, not 0
pairs.photos-train-luma-x2.degradation: given
    params.yaml: pairs.photos-train-luma-x2.rounding: given LR images are uint8; `none` needs a chain of links
suites.photos-test-x2.metrics: {}
    params.yaml: suites.photos-test-x2.metrics: is empty; name at least one; choices: <metrics>
suites.photos-test-x2.self_ensemble: meen
    params.yaml: suites.photos-test-x2.self_ensemble: `meen` is unknown; did you mean `mean`? Choices: mean, median, none

# augmentations
models.edsr-x2.training.augment: sideways
    params.yaml: models.edsr-x2.training.augment: must be `none` or `dihedral` or a list, not the text 'sideways'
models.edsr-x2.training.augment: [{mirror: {}}]
    params.yaml: models.edsr-x2.training.augment[0].mirror: `mirror` is unknown; choices: <augmentations>
models.edsr-x2.training.augment: []
    params.yaml: models.edsr-x2.training.augment: is empty; name at least one; choices: <augmentations>
models.edsr-x2.training.augment: [{channels: {chance: 2}}]
    params.yaml: models.edsr-x2.training.augment[0].channels.chance: must be at least 0 and at most 1, not 2
models.edsr-x2.training.augment: [{dihedral: {}}, {albumentations: {transforms: []}}]
    params.yaml: models.edsr-x2.training.augment[1].albumentations.transforms: is empty; name at least one
models.srcnn-x2.training.augment: [{dihedral: {}}, {channels: {}}]
    params.yaml: models.srcnn-x2.training.augment[1].channels: cannot be had where `hr_y`, `ilr_y` is read; leave it out

# crops, degradation anew
models.edsr-x2.training.crops: gradient
    params.yaml: models.edsr-x2.training.crops: `gradient` is unknown; choices: detailed, even
models.edsr-x2.training.degrade: anew
models.edsr-x2.training.margin: -1
    params.yaml: models.edsr-x2.training.margin: must be at least 0, not -1
models.edsr-x2.training.margin: 8
    params.yaml: models.edsr-x2.training.margin: nothing is degraded with it; say `degrade: anew`, or leave it out
pairs.photos-train-x2.degradation: given
models.edsr-x2.training.degrade: anew
    params.yaml: models.edsr-x2.training.degrade: its pairs `photos-train-x2` have a given LR and no chain to run; say `stored`
pairs.photos-train-x2.degradation: [{chain: {links: [{learned: {}}]}}]
pairs.photos-train-x2.learner: srcnn-x2
models.srcnn-x2.training.recipe: {name: unpaired, degrader: {name: bicubic, scale: 2}, losses: {l1: {weight: 1, fields: {sr: sr_y, hr: hr_y}}}, rivals: {}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.degrade: anew
    params.yaml: models.edsr-x2.training.degrade: the link `learned` of its pairs `photos-train-x2` needs a model, which no training waits for; say `stored`
models.edsr-x2.training.recipe.losses.l1: {weight: 1.0, fields: {hr: ref}}
models.edsr-x2.training.degrade: anew
    params.yaml: models.edsr-x2.training.degrade: cannot be had where `ref` is read, which belongs to no patch; say `stored`

# values that are nonsense
models.edsr-x2.training.network: {name: edsr, scale: 5, blocks: -1, features: 0, scaling: 0}
    params.yaml: models.edsr-x2.training.network.scale: must be `1` or `2` or `3` or `4` or `8`, not 5
    params.yaml: models.edsr-x2.training.network.blocks: must be at least 0, not -1
    params.yaml: models.edsr-x2.training.network.features: must be at least 1, not 0
    params.yaml: models.edsr-x2.training.network.scaling: must be above 0, not 0
models.edsr-x2.training.network.scale: "2"
    params.yaml: models.edsr-x2.training.network.scale: must be `1` or `2` or `3` or `4` or `8`, not the text '2'
models.srcnn-x2.training.network: {name: srcnn, scale: 0, kernels: [9, 0, 4], widths: [0, 32], deviation: -1}
    params.yaml: models.srcnn-x2.training.network.scale: must be at least 1, not 0
    params.yaml: models.srcnn-x2.training.network.kernels[1]: must be odd and at least 1, not 0
    params.yaml: models.srcnn-x2.training.network.kernels[2]: must be odd and at least 1, not 4
    params.yaml: models.srcnn-x2.training.network.widths[0]: must be at least 1, not 0
    params.yaml: models.srcnn-x2.training.network.deviation: must be above 0, not -1
models.espcn-x2.training.network: {name: fsrcnn, scale: 0, features: 0, shrunk: 0, mappings: -1}
    params.yaml: models.espcn-x2.training.network.scale: must be at least 1, not 0
    params.yaml: models.espcn-x2.training.network.features: must be at least 1, not 0
    params.yaml: models.espcn-x2.training.network.shrunk: must be at least 1, not 0
    params.yaml: models.espcn-x2.training.network.mappings: must be at least 0, not -1
models.espcn-x2.training.network: {name: vdsr, scale: 0, layers: 0, features: 0}
    params.yaml: models.espcn-x2.training.network.scale: must be at least 1, not 0
    params.yaml: models.espcn-x2.training.network.layers: must be at least 1, not 0
    params.yaml: models.espcn-x2.training.network.features: must be at least 1, not 0
models.edsr-x2.training.network: {name: lrfnet, scale: 2, separation: E, kernel: 4, rates: [], blocks: 0, long_skip: 1}
    params.yaml: models.edsr-x2.training.network.separation: `E` is unknown; choices: A, B, C, D, none
    params.yaml: models.edsr-x2.training.network.kernel: must be odd and at least 1, not 4
    params.yaml: models.edsr-x2.training.network.rates: is empty; name at least one
    params.yaml: models.edsr-x2.training.network.blocks: must be at least 1, not 0
    params.yaml: models.edsr-x2.training.network.long_skip: must be true or false, not 1
models.edsr-x2.training.network: {name: lrfnet, scale: 2, rates: [1, 2, 3], blocks: 2}
    params.yaml: models.edsr-x2.training.network.rates: there are 3 for 2 blocks; name at most one for each block
models.espcn-x2.training.network: {name: cnf, scale: 2, depths: [7, 2], widths: [64], fuses: all}
    params.yaml: models.espcn-x2.training.network.depths[1]: must be at least 3, not 2
    params.yaml: models.espcn-x2.training.network.widths: must have 2 items, not 1
    params.yaml: models.espcn-x2.training.network.fuses: `all` is unknown; choices: features, images
models.espcn-x2.training.network: {name: mwcnn, scale: 2, widths: [], layers: 0}
    params.yaml: models.espcn-x2.training.network.widths: is empty; name at least one
    params.yaml: models.espcn-x2.training.network.layers: must be at least 1, not 0
models.espcn-x2.training.network: {name: espcn, scale: 0, widths: [64, 0]}
models.bicubic-x2.training.network.scale: 0
models.bicubic-luma-x2.training.network.scale: 0
    params.yaml: models.bicubic-luma-x2.training.network.scale: must be at least 1, not 0
    params.yaml: models.bicubic-x2.training.network.scale: must be at least 1, not 0
    params.yaml: models.espcn-x2.training.network.scale: must be at least 1, not 0
    params.yaml: models.espcn-x2.training.network.widths[1]: must be at least 1, not 0
models.edsr-x2.training.recipe.optimizer: {name: adam, rate: -1.0e-4, betas: [0.9, 1.0], epsilon: -1}
    params.yaml: models.edsr-x2.training.recipe.optimizer.rate: must be above 0, not -0.0001
    params.yaml: models.edsr-x2.training.recipe.optimizer.betas[1]: must be at least 0 and below 1, not 1.0
    params.yaml: models.edsr-x2.training.recipe.optimizer.epsilon: must be at least 0, not -1
models.edsr-x2.training.recipe.optimizer: {name: sgd, rate: 0, momentum: 1, decay: -1, clip: {name: by_rate}}
    params.yaml: models.edsr-x2.training.recipe.optimizer.rate: must be above 0, not 0
    params.yaml: models.edsr-x2.training.recipe.optimizer.momentum: must be at least 0 and below 1, not 1
    params.yaml: models.edsr-x2.training.recipe.optimizer.decay: must be at least 0, not -1
    params.yaml: models.edsr-x2.training.recipe.optimizer.clip.bound: missing; it must be a number, above 0
models.edsr-x2.training.recipe.optimizer.clip: {name: by_value, bound: 1}
    params.yaml: models.edsr-x2.training.recipe.optimizer.clip.name: `by_value` is unknown; did you mean `by_rate`? Choices: <clips>
models.edsr-x2.training.recipe.optimizer.clip: {name: by_norm, bound: 0}
    params.yaml: models.edsr-x2.training.recipe.optimizer.clip.bound: must be above 0, not 0
models.edsr-x2.training.recipe.optimizer.clip: 0.4
    params.yaml: models.edsr-x2.training.recipe.optimizer.clip: must be a mapping or null, not 0.4
models.edsr-x2.training.recipe.schedule: {name: cosine, floor: 1.5, warmup: 2.0}
    params.yaml: models.edsr-x2.training.recipe.schedule.floor: must be at least 0 and at most 1, not 1.5
    params.yaml: models.edsr-x2.training.recipe.schedule.warmup: must be at least 0 and below 1, not 2.0
models.edsr-x2.training.recipe.schedule: {name: steps, at: [0.5, 1], factor: 0}
    params.yaml: models.edsr-x2.training.recipe.schedule.at[1]: must be at least 0 and below 1, not 1
    params.yaml: models.edsr-x2.training.recipe.schedule.factor: must be above 0, not 0
models.edsr-x2.training.recipe.schedule: {name: steps, at: [], factor: 0.5}
    params.yaml: models.edsr-x2.training.recipe.schedule.at: is empty; name at least one
models.edsr-x2.training.recipe.schedule: {name: linear, begin: -1, end: -1, until: 2}
    params.yaml: models.edsr-x2.training.recipe.schedule.begin: must be at least 0, not -1
    params.yaml: models.edsr-x2.training.recipe.schedule.end: must be at least 0, not -1
    params.yaml: models.edsr-x2.training.recipe.schedule.until: must be at least 0 and at most 1, not 2
models.edsr-x2.training.recipe.losses.l1: {weight: 1, course: {name: linear, til: 0.5}}
    params.yaml: models.edsr-x2.training.recipe.losses.l1.course.til: `til` is unknown; did you mean `until`? Choices: begin, end, until
models.edsr-x2.training.recipe.losses.l1: {weight: 1, course: linear}
    params.yaml: models.edsr-x2.training.recipe.losses.l1.course: must be a mapping with a `name`, not the text 'linear'; choices: <schedules>
models.edsr-x2.training.recipe: {name: zero_shot, losses: {l1: {weight: 1, course: {name: linear}}}, optimizer: {name: adam, rate: 1}}
    params.yaml: models.edsr-x2.training.recipe.losses.l1.course: `zero_shot` knows no progress to follow; leave it out
pairs.photos-train-x2.degradation: [{one_of: {links: [{bi: {weight: 1, course: {name: linear}}}]}}]
    params.yaml: pairs.photos-train-x2.degradation[0].one_of.links[0].bi.course: `course` is unknown; choices: weight
models.edsr-x2.training.recipe.paces: {head: -1}
    params.yaml: models.edsr-x2.training.recipe.paces.head: must be at least 0, not -1
models.edsr-x2.training.recipe.losses.l1: -1
    params.yaml: models.edsr-x2.training.recipe.losses.l1.weight: must be at least 0, not -1
models.edsr-x2.training.recipe: {name: zero_shot, losses: {}, optimizer: {name: adam, rate: 0}, fathers: {crop: 0}, slope: {most: 0, least: 0}, noise: -1, variants: 2, projections: [], jumps: [[0, 2]]}
    params.yaml: models.edsr-x2.training.recipe.losses: is empty; name at least one; choices: <losses>
    params.yaml: models.edsr-x2.training.recipe.optimizer.rate: must be above 0, not 0
    params.yaml: models.edsr-x2.training.recipe.fathers.crop: must be at least 1, not 0
    params.yaml: models.edsr-x2.training.recipe.slope.least: must be above 0, not 0
    params.yaml: models.edsr-x2.training.recipe.slope.most: must be at least 1, not 0
    params.yaml: models.edsr-x2.training.recipe.noise: must be at least 0, not -1
    params.yaml: models.edsr-x2.training.recipe.variants: must be `1` or `8`, not 2
    params.yaml: models.edsr-x2.training.recipe.projections: is empty; name at least one
    params.yaml: models.edsr-x2.training.recipe.jumps[0][0]: must be above 0, not 0
models.edsr-x2.training.patch: 0
models.edsr-x2.training.average: 0
models.edsr-x2.training.validate: -1
models.edsr-x2.training.report_every: 0
models.edsr-x2.training.checkpoint_every: 0
    params.yaml: models.edsr-x2.training.patch: must be at least 1, not 0
    params.yaml: models.edsr-x2.training.average: must be above 0 and below 1, not 0
    params.yaml: models.edsr-x2.training.validate: must be at least 0, not -1
    params.yaml: models.edsr-x2.training.report_every: must be at least 1, not 0
    params.yaml: models.edsr-x2.training.checkpoint_every: must be at least 1, not 0
pairs.photos-train-x2.degradation.0.resize.to: [3, 1]
    params.yaml: pairs.photos-train-x2.degradation[0].resize.to: must begin with the lowest, not [3, 1]
pairs.photos-train-x2.degradation.0.resize.to: -0.5
    params.yaml: pairs.photos-train-x2.degradation[0].resize.to: must be above 0, not -0.5
pairs.photos-train-x2.degradation.0.resize.to: [0, 1]
    params.yaml: pairs.photos-train-x2.degradation[0].resize.to[0]: must be above 0, not 0
pairs.photos-train-x2.degradation: []
    params.yaml: pairs.photos-train-x2.degradation: is empty; name at least one; choices: <degradations>
pairs.photos-train-x2.degradation: [{chain: {links: []}}]
    params.yaml: pairs.photos-train-x2.degradation[0].chain.links: is empty; name at least one; choices: <degradations>
sources.both: {name: union, of: {}}
    params.yaml: sources.both.of: is empty; name at least one; choices: <sources>
sources.some: {name: subset, of: {name: set5}, keys: []}
    params.yaml: sources.some.keys: is empty; name at least one

# links inside links
pairs.photos-train-x2.degradation: [{blur: {sigma: [3, 0.2], size: [7, 8], shape: oval}}]
    params.yaml: pairs.photos-train-x2.degradation[0].blur.sigma: must begin with the lowest, not [3, 0.2]
    params.yaml: pairs.photos-train-x2.degradation[0].blur.size[1]: must be odd and at least 1, not 8
    params.yaml: pairs.photos-train-x2.degradation[0].blur.shape: `oval` is unknown; choices: elliptic, round
pairs.photos-train-x2.degradation: [{maybe: {chance: 1.5, links: [{jpeg: {quality: [0, 101]}}]}}]
    params.yaml: pairs.photos-train-x2.degradation[0].maybe.chance: must be at least 0 and at most 1, not 1.5
    params.yaml: pairs.photos-train-x2.degradation[0].maybe.links[0].jpeg.quality[0]: must be at least 1 and at most 100, not 0
    params.yaml: pairs.photos-train-x2.degradation[0].maybe.links[0].jpeg.quality[1]: must be at least 1 and at most 100, not 101
pairs.photos-train-x2.degradation: [{one_of: {links: [{noise: {sigma: [0, 0.1]}}, {poisson: {weight: 0, scale: [1, 1]}}]}}]
    params.yaml: pairs.photos-train-x2.degradation[0].one_of.links[0].noise.weight: missing; it must be a number, above 0
    params.yaml: pairs.photos-train-x2.degradation[0].one_of.links[1].poisson.weight: must be above 0, not 0
pairs.photos-train-x2.degradation: [{one_of: {links: [{noise: {weight: 1, sigma: [0, 0.1], fields: {}}}]}}]
    params.yaml: pairs.photos-train-x2.degradation[0].one_of.links[0].noise.fields: `fields` is unknown; choices: correlated, grey, sigma, weight
pairs.photos-train-x2.degradation: [{repeat: {times: [2, 2], links: [{maybe: {chance: 0.5, links: [{sinq: {}}]}}]}}]
    params.yaml: pairs.photos-train-x2.degradation[0].repeat.links[0].maybe.links[0].sinq: `sinq` is unknown; did you mean `sinc`? Choices: <degradations>
pairs.photos-train-x2.degradation: [{shuffled: {links: [{disk: {radius: [1, 2]}}], in_order: [0, 1]}}]
    params.yaml: pairs.photos-train-x2.degradation[0].shuffled.in_order: there is no link 1; they count from 0 to 0
pairs.photos-train-x2.degradation: [{chain: {links: [{resize: {to: target, kernel: lanczos3, by: opencv, border: replicate}}, {resize: {to: 1, kernel: area}}]}}]
    params.yaml: pairs.photos-train-x2.degradation[0].chain.links[0].resize.kernel: `lanczos3` is MATLAB's alone; `by: opencv` knows nearest, bilinear, bicubic, area, lanczos4
    params.yaml: pairs.photos-train-x2.degradation[0].chain.links[0].resize.border: is MATLAB's alone; leave it out: OpenCV repeats the edge
    params.yaml: pairs.photos-train-x2.degradation[0].chain.links[1].resize.kernel: `area` is OpenCV's alone; say `by: opencv`
pairs.photos-train-x2.degradation: [{blur: {sigma: [1, 1], size: [7, 7], angle: [0, 0]}}]
    params.yaml: pairs.photos-train-x2.degradation[0].blur.angle: a round kernel has none; say `shape: elliptic`, or leave it out
pairs.photos-train-x2.degradation: [{dpsr: {blur: {name: one_of, links: [{disk: {weight: 1, radius: [1, 2]}}, {disk: {weight: 1, radius: [1, 2], border: circular}}]}}}]
    params.yaml: pairs.photos-train-x2.degradation[0].dpsr.blur: the border of `disk` must be `circular`, as beyond the edge of DPSR's images
pairs.photos-train-x2.degradation: [{quantise: {bits: [0, 17]}}, {quantise: {bits: 17}}]
    params.yaml: pairs.photos-train-x2.degradation[0].quantise.bits[0]: must be at least 1 and at most 16, not 0
    params.yaml: pairs.photos-train-x2.degradation[0].quantise.bits[1]: must be at least 1 and at most 16, not 17
    params.yaml: pairs.photos-train-x2.degradation[1].quantise.bits: must be at least 1 and at most 16, not 17
pairs.photos-train-x2.degradation: [{resize: {to: target, kernel: lanczos4}}]
    params.yaml: pairs.photos-train-x2.degradation[0].resize.kernel: `lanczos4` is OpenCV's alone; say `by: opencv`
pairs.photos-train-x2.degradation: [{motion: {length: [1, 15], size: 15, anxiety: [0, 1]}}, {motion: {length: [1, 14.5], size: 15}}]
    params.yaml: pairs.photos-train-x2.degradation[0].motion.size: a path of up to 15 pixels needs at least 17
    params.yaml: pairs.photos-train-x2.degradation[0].motion.anxiety: a line has none; say `path: shake`, or leave it out
    params.yaml: pairs.photos-train-x2.degradation[1].motion.size: a path of up to 14.5 pixels needs at least 17
pairs.photos-train-x2.degradation: [{varying: {links: [{blur: {sigma: [1, 1], size: [7, 7]}}], cells: 5}}]
    params.yaml: pairs.photos-train-x2.degradation[0].varying.cells: a ramp has none; say `map: field`, or leave it out
pairs.photos-train-x2.degradation: [{bsrgan: {scale: 3}}, {real_esrgan: {sigma: [0.2, 3.0]}}]
    params.yaml: pairs.photos-train-x2.degradation[0].bsrgan.scale: must be `2` or `4`, not 3
    params.yaml: pairs.photos-train-x2.degradation[1].real_esrgan.sigma[0]: must be a list, not 0.2
    params.yaml: pairs.photos-train-x2.degradation[1].real_esrgan.sigma[1]: must be a list, not 3.0

# values that YAML reads as something else
seed: 2020-01-01
    params.yaml: seed: is read as a date; write it in quotes: '2020-01-01'
seed: 1000000000000000000
    params.yaml: seed: must have at most 18 digits, not 19
seed: .nan
    params.yaml: seed: must be a whole number, not .nan
models.edsr-x2.training.recipe.optimizer.rate: -.inf
    params.yaml: models.edsr-x2.training.recipe.optimizer.rate: must be a number, not -.inf
sources.1: {name: set5}
    params.yaml: sources: the key 1 must be text; write it in quotes
sources.photos-train.name: [photos]
    params.yaml: sources.photos-train.name: must be a name, not a list; choices: <sources>

# entries that other entries name
without models.edsr-x2.pairs
    params.yaml: models.edsr-x2.pairs: missing; choices: photos-test-luma-x2, photos-test-x2, photos-train-luma-x2, photos-train-x2
models.edsr-x2.pairs: photos-train-x3
    params.yaml: models.edsr-x2.pairs: `photos-train-x3` is unknown; did you mean `photos-train-x2`? Choices: photos-test-luma-x2, photos-test-x2, photos-train-luma-x2, photos-train-x2
models.edsr-x2.suite: set5-x2
    params.yaml: models.edsr-x2.suite: `set5-x2` is unknown; choices: photos-test-luma-x2, photos-test-x2
models.edsr-x2.start: edsr-x4
    params.yaml: models.edsr-x2.start: `edsr-x4` is unknown; did you mean `edsr-x2`? Choices: bicubic-luma-x2, bicubic-x2, edsr-x2, espcn-x2, scratch, srcnn-x2
pairs.photos-train-x2.learner: gan
    params.yaml: pairs.photos-train-x2.learner: `gan` is unknown; choices: bicubic-luma-x2, bicubic-x2, edsr-x2, espcn-x2, scratch, srcnn-x2
pairs.photos-train-x2.source: foto-train
    params.yaml: pairs.photos-train-x2.source: `foto-train` is unknown; did you mean `photos-train`? Choices: photos-test, photos-train
pairs.photos-train-x2.source: "photos\\ntest"
    params.yaml: pairs.photos-train-x2.source: `photos test` is unknown; did you mean `photos-test`? Choices: photos-test, photos-train
suites.set5: {metrics: {psnr_y8: {}}, self_ensemble: none}
    params.yaml: suites.set5: the key must be an entry of pairs; `set5` is unknown; choices: photos-test-luma-x2, photos-test-x2, photos-train-luma-x2, photos-train-x2
gates.set5: {metric: psnr_y8}
    params.yaml: gates.set5: the key must be an entry of suites; `set5` is unknown; choices: photos-test-luma-x2, photos-test-x2
gates.photos-test-luma-x2.metric: psnr_yf
    params.yaml: gates.photos-test-luma-x2.metric: `psnr_yf` is unknown; did you mean `psnr_y8`? Choices: psnr_y8, ssim_y8
gates.photos-test-x2.margin: -1
    params.yaml: gates.photos-test-x2.margin: must be at least 0, not -1.0
gates.photos-test-x2.seconds_per_megapixel: 0
    params.yaml: gates.photos-test-x2.seconds_per_megapixel: must be more than 0, not 0.0
gates.photos-test-x2.parameters: -5
    params.yaml: gates.photos-test-x2.parameters: must be at least 0, not -5
gates.photos-test-x2.parameters: 1.5
    params.yaml: gates.photos-test-x2.parameters: must be a whole number or null, not 1.5
gates.photos-test-x2.parametres: 5
    params.yaml: gates.photos-test-x2.parametres: `parametres` is unknown; did you mean `parameters`? Choices: margin, metric, parameters, seconds_per_megapixel

gates.photos-test-luma-x2.metric: 3
    params.yaml: gates.photos-test-luma-x2.metric: must be a name, not 3; choices: psnr_y8, ssim_y8
without gates.photos-test-luma-x2.metric
    params.yaml: gates.photos-test-luma-x2.metric: missing; choices: psnr_y8, ssim_y8
models.edsr-x2.pairs: null
    params.yaml: models.edsr-x2.pairs: must be a name, not null; choices: photos-test-luma-x2, photos-test-x2, photos-train-luma-x2, photos-train-x2
sources: {}
    params.yaml: pairs.photos-test-luma-x2.source: `photos-test` is unknown; `sources` is empty
    params.yaml: pairs.photos-test-x2.source: `photos-test` is unknown; `sources` is empty
    params.yaml: pairs.photos-train-luma-x2.source: `photos-train` is unknown; `sources` is empty
    params.yaml: pairs.photos-train-x2.source: `photos-train` is unknown; `sources` is empty
models.missing: {}
models.missing-too: {pairs: photos-train-x2, suite: photos-test-x2, start: scratch}
    params.yaml: models.missing.pairs: missing; choices: photos-test-luma-x2, photos-test-x2, photos-train-luma-x2, photos-train-x2
    params.yaml: models.missing.suite: missing; choices: photos-test-luma-x2, photos-test-x2
    params.yaml: models.missing.start: missing; choices: bicubic-luma-x2, bicubic-x2, edsr-x2, espcn-x2, missing, missing-too, srcnn-x2, scratch
    params.yaml: models.missing.training: missing; it must be a mapping with the keys network, recipe, steps, start, batch, accumulate, patch, crops, degrade, margin, augment, average, validate, report_every, checkpoint_every
    params.yaml: models.missing-too.training: missing; it must be a mapping with the keys network, recipe, steps, start, batch, accumulate, patch, crops, degrade, margin, augment, average, validate, report_every, checkpoint_every

# cycles
models.edsr-x2.start: edsr-x2
    params.yaml: models.edsr-x2: waits for itself: edsr-x2 -> edsr-x2; let a `start` or `learner` be `scratch`
models.edsr-x2.start: espcn-x2
models.espcn-x2.start: edsr-x2
    params.yaml: models.edsr-x2: waits for itself: edsr-x2 -> espcn-x2 -> edsr-x2; let a `start` or `learner` be `scratch`
    params.yaml: models.espcn-x2: waits for itself: espcn-x2 -> edsr-x2 -> espcn-x2; let a `start` or `learner` be `scratch`
pairs.photos-train-x2.learner: edsr-x2
    params.yaml: models.edsr-x2: waits for itself: edsr-x2 -> edsr-x2; let a `start` or `learner` be `scratch`
pairs.photos-test-x2.learner: espcn-x2
models.espcn-x2.start: edsr-x2
    params.yaml: models.edsr-x2: waits for itself: edsr-x2 -> espcn-x2 -> edsr-x2; let a `start` or `learner` be `scratch`
    params.yaml: models.espcn-x2: waits for itself: espcn-x2 -> edsr-x2 -> espcn-x2; let a `start` or `learner` be `scratch`

# learners
pairs.photos-train-x2.degradation: [{learned: {}}]
    params.yaml: pairs.photos-train-x2.learner: is `scratch`, but the link `learned` needs a model; no model here has a recipe with a `degrader`
pairs.photos-train-x2.degradation: [{chain: {links: [{learned: {}}]}}]
models.edsr-x2.training.recipe: {name: unpaired, degrader: {name: bicubic, scale: 2}, losses: {l1: 1}, rivals: {}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
    params.yaml: pairs.photos-train-x2.learner: is `scratch`, but the link `learned` needs a model; choices: edsr-x2
pairs.photos-train-x2.learner: srcnn-x2
    params.yaml: pairs.photos-train-x2.learner: is `srcnn-x2`, but no link uses a model; say `scratch`, or add a link `learned: {}`
pairs.photos-train-x2.learner: srcnn-x2
pairs.photos-train-x2.degradation: [{learned: {}}]
    params.yaml: pairs.photos-train-x2.learner: `srcnn-x2` trains no `degrader`; no model here has a recipe with a `degrader`

# scales
models.edsr-x2.training.recipe: {name: unpaired, degrader: {name: edsr, scale: 3}, losses: {l1: 1}, rivals: {}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
    params.yaml: models.edsr-x2.training.recipe.degrader.scale: is 3, but its pairs `photos-train-x2` have scale 2
models.edsr-x2.training.network.scale: 3
    params.yaml: models.edsr-x2.training.network.scale: is 3, but its pairs `photos-train-x2` have scale 2
    params.yaml: models.edsr-x2.training.network.scale: is 3, but its suite `photos-test-x2` has scale 2
pairs.photos-train-x2.scale: 3
    params.yaml: models.bicubic-x2.training.network.scale: is 2, but its pairs `photos-train-x2` have scale 3
    params.yaml: models.edsr-x2.training.network.scale: is 2, but its pairs `photos-train-x2` have scale 3
pairs.photos-test-x2.scale: 3
    params.yaml: models.bicubic-x2.training.network.scale: is 2, but its suite `photos-test-x2` has scale 3
    params.yaml: models.edsr-x2.training.network.scale: is 2, but its suite `photos-test-x2` has scale 3
models.edsr-x2.training.network: {name: mdsr, scales: [3, 4]}
    params.yaml: models.edsr-x2.training.network.scales: are 3 and 4, but its pairs `photos-train-x2` have scale 2
    params.yaml: models.edsr-x2.training.network.scales: are 3 and 4, but its suite `photos-test-x2` has scale 2
pairs.photos-train-x2.scale: [2, 3]
    params.yaml: models.bicubic-x2.training.network.scale: is 2, but its pairs `photos-train-x2` have scale 2 and 3
    params.yaml: models.edsr-x2.training.network.scale: is 2, but its pairs `photos-train-x2` have scale 2 and 3
    params.yaml: models.edsr-x2.training.degrade: its pairs `photos-train-x2` have scale 2 and 3, of which each batch draws one; say `anew`
models.edsr-x2.training.network: {name: edsr_liif}
pairs.photos-train-x2.scale: {least: 1, most: 2}
    params.yaml: models.bicubic-x2.training.network.scale: is 2, but its pairs `photos-train-x2` have scale 1 to 2
    params.yaml: models.edsr-x2.training.degrade: its pairs `photos-train-x2` have scale 1 to 2, of which each batch draws one; say `anew`
models.edsr-x2.training.network: {name: edsr_liif}
models.edsr-x2.training.recipe.losses: {l1: {weight: 1, fields: {hr: hr_at}}, total_variation: 1}
    params.yaml: models.edsr-x2.training.recipe.losses.total_variation: looks at neighbours, but beside `hr_at` points lie in no order; choices: charbonnier, l1, mse
models.edsr-x2.training.network: {name: edsr_liif}
models.edsr-x2.training.recipe.losses: {content: {weight: 1, layer: relu2_1, fields: {hr: hr_at}}}
    params.yaml: models.edsr-x2.training.recipe.losses.content: looks at neighbours, but beside `hr_at` points lie in no order; choices: charbonnier, l1, mse
models.srcnn-x2.training.recipe.losses: {whole: {name: mse, weight: 1, fields: {sr: sr_y, hr: hr_y}}, half: {name: mse, weight: 1, fields: {sr: sr_half_y, hr: hr_half_y}}}
    params.yaml: models.srcnn-x2.training.recipe.losses.half: reads `hr_half_y`, but its pairs `photos-train-luma-x2` have scale 2; it is there at larger scales that 2 divides
models.edsr-x2.training.recipe.losses: {l1: {weight: 1, fields: {hr: hr_at}}, mse: 1}
    params.yaml: models.edsr-x2.training.recipe.losses.l1: reads `hr_at`, but `edsr` restores no points: it does not read `coord`
    params.yaml: models.edsr-x2.training.recipe.losses.mse: reads `hr`, but another reads `hr_at`, and nothing else is restored; let both read one
pairs.photos-train-x2.scale: {least: 2, most: 2}
    params.yaml: pairs.photos-train-x2.scale.most: must be above `least`, 2; for one scale say `scale: 2`

# fields
models.edsr-x2.training.recipe.losses: {}
    params.yaml: models.edsr-x2.training.recipe.losses: is empty; name at least one; choices: <losses>
models.srcnn-x2.training.recipe.losses.mse.fields.srr: sr_y
    params.yaml: models.srcnn-x2.training.recipe.losses.mse.fields.srr: `srr` is unknown; did you mean `sr`? Choices: hr, sr
models.edsr-x2.training.recipe.losses.l1: {weight: 1.0, fields: {hr: hd}}
    params.yaml: models.edsr-x2.training.recipe.losses.l1: reads a field that no batch holds: `hd` is unknown; choices: hr, hr_at, hr_half_y, hr_quarter_y, hr_y, ilr, ilr_y, lr, lr_y, ref, sr, sr_half_y, sr_quarter_y, sr_y, sr_y_each
models.edsr-x2.training.recipe.losses.l1: {weight: 1.0, fields: {hr: hr_y8}}
    params.yaml: models.edsr-x2.training.recipe.losses.l1: reads `hr_y8`, which is not there; choices: hr, hr_at, hr_half_y, hr_quarter_y, hr_y, ilr, ilr_y, lr, lr_y, ref, sr, sr_half_y, sr_quarter_y, sr_y, sr_y_each
models.edsr-x2.training.recipe.losses.l1: {weight: 1.0, fields: {hr: hr_cycle}}
    params.yaml: models.edsr-x2.training.recipe.losses.l1: reads `hr_cycle`, which is not there; choices: hr, hr_at, hr_half_y, hr_quarter_y, hr_y, ilr, ilr_y, lr, lr_y, ref, sr, sr_half_y, sr_quarter_y, sr_y, sr_y_each
models.edsr-x2.training.recipe.losses: {loss: {name: l1, weight: 1}}
    params.yaml: models.edsr-x2.training.recipe.losses.loss: is the name of their sum; write `my-l1: {name: l1, ...}`
models.edsr-x2.training.recipe.losses: {L 1: {name: l1, weight: 1}}
    params.yaml: models.edsr-x2.training.recipe.losses.L 1: bad name; use a-z, 0-9, _ and -
models.edsr-x2.suite: photos-test-luma-x2
    params.yaml: models.edsr-x2.training.network: `edsr` reads `lr`, but its suite `photos-test-luma-x2` has rounding `none`: luma only; choices: <networks of luma>
models.edsr-x2.training.network: {name: resnet_critic}
    params.yaml: models.edsr-x2.training.network: `resnet_critic` reads `image`, which is not there; choices: cell, coord, ilr, ilr_y, lr, lr_y, ref, scale
models.edsr-x2.training.network: {name: dsgan, scale: 2}
    params.yaml: models.edsr-x2.training.network: `dsgan` reads `hr`, which is not there; choices: cell, coord, ilr, ilr_y, lr, lr_y, ref, scale
models.srcnn-x2.pairs: photos-train-x2
models.srcnn-x2.training.recipe.losses.mse: {weight: 1.0, fields: {sr: sr_y}}
    params.yaml: models.srcnn-x2.training.recipe.losses.mse: reads `sr_y`, `hr`: luma beside colour; rename both in `fields`, or none
models.srcnn-x2.pairs: photos-train-x2
models.srcnn-x2.training.recipe.losses.mse: {weight: 1.0, fields: {sr: sr_y_each}}
    params.yaml: models.srcnn-x2.training.recipe.losses.mse: reads `sr_y_each`, `hr`: luma beside colour; rename both in `fields`, or none
models.srcnn-x2.pairs: photos-train-x2
models.srcnn-x2.training.recipe.losses.mse: 1.0
    params.yaml: models.srcnn-x2.training.recipe.losses.mse: reads `sr`, but `srcnn` restores luma; rename in `fields`, as in `{sr: sr_y, hr: hr_y}`
models.srcnn-x2.pairs: photos-train-x2
models.srcnn-x2.training.recipe.losses.mse: {weight: 1.0, fields: {sr: sr_y_each}}
    params.yaml: models.srcnn-x2.training.recipe.losses.mse: reads `sr_y_each`, `hr`: luma beside colour; rename both in `fields`, or none
models.srcnn-x2.training.recipe.losses.mse: {weight: 1.0, fields: {sr: sr_half_y, hr: hr_y}}
    params.yaml: models.srcnn-x2.training.recipe.losses.mse: reads `sr_half_y`, `hr_y`: images of different sizes; name one level of a pyramid
models.bicubic-x2.pairs: photos-train-luma-x2
    params.yaml: models.bicubic-x2.training.network: `bicubic` reads `ilr`, but its pairs `photos-train-luma-x2` have rounding `none`: luma only; choices: <networks of luma>
models.srcnn-x2.training.recipe.losses.mse: 1.0
    params.yaml: models.srcnn-x2.training.recipe.losses.mse: reads `sr`, `hr`, but its pairs `photos-train-luma-x2` have rounding `none`: luma only; rename in `fields`; choices: hr_half_y, hr_quarter_y, hr_y, ilr_y, lr_y, sr_half_y, sr_quarter_y, sr_y, sr_y_each
suites.photos-test-luma-x2.metrics.psnr_yf: {}
    params.yaml: suites.photos-test-luma-x2.metrics.psnr_yf: reads `sr_yf`, `hr_yf`, but its pairs have rounding `none`: luma only; choices: <metrics of luma>

# rivals
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
    params.yaml: models.edsr-x2.training.recipe.rivals.a.network: `edsr` reads `lr`; a critic reads `image` alone<; critics>
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.rivals.a.game.name: hing
    params.yaml: models.edsr-x2.training.recipe.rivals.a.game.name: `hing` is unknown; did you mean `hinge`? Choices: <games>
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.rivals: {}
    params.yaml: models.edsr-x2.training.recipe.rivals: is empty; name at least one
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
without models.edsr-x2.training.recipe.rivals.a.real
models.edsr-x2.training.recipe.rivals.a.noise: -1
    params.yaml: models.edsr-x2.training.recipe.rivals.a.real: missing; it must be text
    params.yaml: models.edsr-x2.training.recipe.rivals.a.noise: must be at least 0, not -1
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.rivals.a.sees: low
    params.yaml: models.edsr-x2.training.recipe.rivals.a.sees: `low` is unknown; choices: all, high
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.rivals.a.fake: hr
    params.yaml: models.edsr-x2.training.recipe.rivals.a.fake: is `hr`, which no network makes; choices: sr, sr_y
    params.yaml: models.edsr-x2.training.recipe.rivals.a.network: `edsr` reads `lr`; a critic reads `image` alone<; critics>
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.rivals.a.real: hd
    params.yaml: models.edsr-x2.training.recipe.rivals.a.network: `edsr` reads `lr`; a critic reads `image` alone<; critics>
    params.yaml: models.edsr-x2.training.recipe.rivals.a: reads a field that no batch holds: `hd` is unknown; choices: hr, hr_at, hr_y, ilr, ilr_y, lr, lr_y, ref, sr, sr_y
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.rivals.a.fake: lr_made
    params.yaml: models.edsr-x2.training.recipe.rivals.a.network: `edsr` reads `lr`; a critic reads `image` alone<; critics>
    params.yaml: models.edsr-x2.training.recipe.rivals.a: reads `lr_made`, which is not there; choices: hr, hr_at, hr_y, ilr, ilr_y, lr, lr_y, ref, sr, sr_y
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.rivals.a.fake: sr_y_each
    params.yaml: models.edsr-x2.training.recipe.rivals.a.network: `edsr` reads `lr`; a critic reads `image` alone<; critics>
    params.yaml: models.edsr-x2.training.recipe.rivals.a: reads `sr_y_each`, which is not there; choices: hr, hr_at, hr_y, ilr, ilr_y, lr, lr_y, ref, sr, sr_y
    params.yaml: models.edsr-x2.training.recipe.rivals.a: reads `sr_y_each`, `hr`: luma beside colour; name two of luma, or none
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.rivals.a.fake: sr_y
    params.yaml: models.edsr-x2.training.recipe.rivals.a.network: `edsr` reads `lr`; a critic reads `image` alone<; critics>
    params.yaml: models.edsr-x2.training.recipe.rivals.a: reads `sr_y`, `hr`: luma beside colour; name two of luma, or none
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.losses: {player_a: {name: l1, weight: 1}}
    params.yaml: models.edsr-x2.training.recipe.rivals.a: stands in the curve beside the loss `player_a`; give one another name
    params.yaml: models.edsr-x2.training.recipe.rivals.a.network: `edsr` reads `lr`; a critic reads `image` alone<; critics>
models.edsr-x2.training.recipe: {name: adversarial, losses: {l1: 1}, rivals: {a: {network: {name: edsr, scale: 2}, game: {name: hinge}, weight: 1, optimizer: {name: adam, rate: 1}, real: hr, fake: sr}}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.recipe.losses: {a: {name: l1, weight: 1}}
    params.yaml: models.edsr-x2.training.recipe.rivals.a: stands in the curve beside the loss `a`; give one another name
    params.yaml: models.edsr-x2.training.recipe.rivals.a.network: `edsr` reads `lr`; a critic reads `image` alone<; critics>

# what cannot be had where it stands
sources.seen: {name: unpaired, hr: {name: set5}, lr: {name: degraded, of: {name: set5}, link: {name: maybe, chance: 0.5, links: [{learned: {}}]}, scale: 2}}
    params.yaml: sources.seen: the link `learned` needs a model, which no source waits for; degrade by it in `pairs`
models.edsr-x2.training.recipe: {name: unpaired, degrader: {name: kernel_gan, scale: 2}, losses: {kernel_gan: 1}, rivals: {}, optimizer: {name: adam, rate: 1}, schedule: {name: constant}}
models.edsr-x2.training.accumulate: 2
models.edsr-x2.training.validate: 1
    params.yaml: models.edsr-x2.training.accumulate: the loss `kernel_gan` takes each batch for a step, so it must see it whole; leave it out
    params.yaml: models.edsr-x2.training.validate: the loss `kernel_gan` follows its own training, and judges no held-out images; leave it out
models.edsr-x2.training.recipe: {name: zero_shot, losses: {l1: 1, far: {name: content, weight: 1, layer: relu2_2}, style: {weight: 1, layer: relu1_1}}, optimizer: {name: adam, rate: 1}}
    params.yaml: models.edsr-x2.training.recipe.losses.far: `content` needs weights that only a training has, and `zero_shot` learns while it restores; take another loss
    params.yaml: models.edsr-x2.training.recipe.losses.style: `style` needs weights that only a training has, and `zero_shot` learns while it restores; take another loss
"""  # noqa: E501  a line stands here as it stands before the user


def faults() -> Iterator[tuple[list[str], list[str]]]:
    """Yield what stands in FAULTS; <losses> and the like are the parts that there are by now."""
    text = FAULTS.replace("<networks of luma>", of_luma("networks", "lr_y", "ilr_y"))
    text = text.replace("<metrics of luma>", of_luma("metrics", "sr_y8"))
    text = text.replace("<; critics>", "".join(f"; choices: {each}" for each in [of_critics()] if each))
    for room in ROOMS.values():
        text = text.replace(f"<{room}>", ", ".join(names(room)))
    lines = [line for line in text.splitlines() if line and not line.startswith("# ")]
    groups = [list(group) for _, group in groupby(lines, key=lambda line: line.startswith("    "))]
    for edits, told in zip(groups[::2], groups[1::2], strict=True):
        yield edits, [line.strip() for line in told]


def of_luma(room: str, *fields: str) -> str:
    return ", ".join(name for name in names(room) if fields_read(room, name)[0] in fields)


def of_critics() -> str:
    return ", ".join(name for name in names("networks") if fields_read("networks", name) == ("image",))


@pytest.mark.parametrize(("edits", "lines"), [pytest.param(*each, id=each[0][-1][:70]) for each in faults()])
def test_a_fault_is_told_in_one_line(tmp_path: Path, edits: list[str], lines: list[str]) -> None:
    assert lines == told(tmp_path, edited(*edits))


BAD_NAMES = ["Edsr", "edsr_x2", "edsr.x2", "edsr--x2", "-x2", "x2-", "a b", "a@x2", "a/b", "é"]


@pytest.mark.parametrize("section", ["sources", "pairs", "models"])
@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_paths_and_stages_cannot_bear_is_bad(tmp_path: Path, section: str, name: str) -> None:
    content = edited()
    content[section][name] = next(iter(content[section].values()))

    expected = f"params.yaml: {section}.{name}: bad name; use a-z, 0-9 and single hyphens, as in `edsr-x2`"
    assert [expected] == told(tmp_path, content)


def test_weights_of_others_must_be_there_in_a_layout_that_knows_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.params.values.OWN", tmp_path / "own")
    (tmp_path / "own" / "weights").mkdir(parents=True)
    (tmp_path / "own" / "weights" / "a.pth").touch()
    place = "params.yaml: models.edsr-x2"

    def said(start: str, *others: str) -> list[str]:
        return told(tmp_path, edited(f"models.edsr-x2.training.start: {start}", *others))

    known = ", ".join(names("layouts"))
    write(tmp_path / "params.yaml", edited("models.edsr-x2.training.start: {file: a.pth, layout: basicsr}"))
    assert checked(tmp_path / "params.yaml")["models"]
    assert [
        f"{place}.training.start.file: in own/weights, `b.pth` is unknown; did you mean `a.pth`? Choices: a.pth"
    ] == (said("{file: b.pth, layout: basicsr}"))
    assert [f"{place}.training.start.layout: `basicsir` is unknown; did you mean `basicsr`? Choices: {known}"] == said(
        "{file: a.pth, layout: basicsir}"
    )
    assert [f"{place}.training.start.layout: missing; choices: {known}"] == said("{file: a.pth}")
    assert [
        f"{place}.training.start.layout: `yjn870` has no table for `edsr`; it has them for srcnn, espcn, fsrcnn"
    ] == said("{file: a.pth, layout: yjn870}")
    assert [f"{place}.start: its weights come from `training.start` already; say `scratch`, or leave that out"] == said(
        "{file: a.pth, layout: basicsr}", "models.edsr-x2.start: srcnn-x2"
    )


def test_a_file_of_the_user_that_is_not_there_is_told_with_those_that_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.params.values.OWN", tmp_path / "own")
    place = "params.yaml: pairs.photos-train-x2.degradation[0].kernel.file: in own/kernels,"

    def said(file: object) -> list[str]:
        return told(
            tmp_path, edited(f"pairs.photos-train-x2.degradation: [{{kernel: {{file: {file}, of: correlation}}}}]")
        )

    none = said("gauss.mat")
    (tmp_path / "own" / "kernels" / "deep").mkdir(parents=True)
    for name in ("README.md", "gauss.mat", "deep/one.npy"):
        (tmp_path / "own" / "kernels" / name).touch()

    assert [f"{place} `gauss.mat` is unknown; there is no file that ends in .mat or .npy"] == none
    assert [f"{place} `guass.mat` is unknown; did you mean `gauss.mat`? Choices: deep/one.npy, gauss.mat"] == said(
        "guass.mat"
    )
    for file in ("README.md", "../kernels/gauss.mat", tmp_path / "own" / "kernels" / "gauss.mat"):
        assert said(file)[0].startswith(place)
    assert [f"{place} must be a name, not 3; choices: deep/one.npy, gauss.mat"] == said(3)
    for file in ("gauss.mat", "deep/one.npy"):
        chain = f"[{{kernel: {{file: {file}, of: correlation}}}}]"
        write(tmp_path / "params.yaml", edited(f"pairs.photos-train-x2.degradation: {chain}"))
        assert checked(tmp_path / "params.yaml")["pairs"]


def test_no_model_may_be_called_scratch(tmp_path: Path) -> None:
    content = edited()
    content["models"]["scratch"] = content["models"]["edsr-x2"]

    assert ["params.yaml: models.scratch: bad name; `scratch` stands for no model at all"] == told(tmp_path, content)


def test_a_network_that_knows_no_scale_still_needs_pairs_and_suite_of_one() -> None:
    content = edited("without models.edsr-x2.training.network.scale", "pairs.photos-test-x2.scale: 3")

    line = "models.edsr-x2.suite: `photos-test-x2` has scale 3, but its pairs have scale 2"
    assert line in [str(fault) for fault in scaling.scales(content)]


def test_the_check_knows_when_each_field_is_there() -> None:
    made = there.SUPERVISED | there.CYCLE | there.CRITIC | there.SCORED

    assert FIELDS.keys() == there.LEARNT | LEVELS.keys() | there.PLACES | made


def test_the_check_knows_what_is_not_cut_with_a_patch() -> None:
    assert {*UNALIGNED} == there.UNALIGNED


ALIKE = "cannot be read as the number or date that it looks like; write a text in quotes"
TEXTS = [
    (b"seed: 1\nseed: 2\n", ':2: found duplicate key "seed"; keep one'),
    (
        b"seed: [1\nengine: {}\n",
        ":2: is not YAML: while parsing a flow sequence from line 1, did not find expected ',' or ']'",
    ),
    (b"seed: 1\nengine: a: b\n", ":2: is not YAML: mapping values are not allowed in this context"),
    (b"seed: *one\n", ":1: is not YAML: found undefined alias"),
    (
        b"seed:\n\t1\n",
        ":2: is not YAML: while scanning for the next token from line 2, found character that cannot start any token",
    ),
    (
        b"seed: 1\n---\nseed: 2\n",
        ":2: is not YAML: expected a single document in the stream from line 1, but found another document",
    ),
    (
        b"a: 1\n<<: 3\n",
        ":2: is not YAML: while constructing a mapping from line 1, "
        "expected a mapping or list of mappings for merging, but found scalar",
    ),
    (b"? {a: b}\n: 1\n", ":1: is not YAML: while constructing a mapping from line 1, found unhashable key"),
    (b"a: 1\nseed: !!bool x\n", ":2: has the tag `!!bool`; write the value without it"),
    (b"seed: !!python/name:os.system x\n", ":1: has the tag `!!python/name:os.system`; write the value without it"),
    (b"engine: !mine {}\n", ":1: has the tag `!mine`; write the value without it"),
    (b"a: 1\nseed: 2020-13-45\n", f":2: `2020-13-45` {ALIKE}"),
    (b"seed: 0x_\n", f":1: `0x_` {ALIKE}"),
    (b"seed: " + b"1" * 5000, f":1: `{'1' * 60}...` {ALIKE}"),
    (b"seed: 0x" + b"f" * 5000, ": seed: must have at most 18 digits, not 6021"),
    (b"? 0x" + b"f" * 5000 + b"\n: 1\n", ": the key of 6021 digits must be text; write it in quotes"),
    (b"? [a, b]\n: 1\n", ": the key that is a list must be text; write it in quotes"),
    (b"null: 1\n", ": the key null must be text; write it in quotes"),
    (b"true: 1\n", ": the key true must be text; write it in quotes"),
    (b"engine: {.nan: 1}\n", ": engine: the key .nan must be text; write it in quotes"),
    (b"seed: \xff\n", ": is not UTF-8 text (byte 6)"),
    ("seed: 1\n".encode("utf-16"), ": is not UTF-8 text (byte 0)"),
    (
        b"seed: \x00\n",
        ": is not YAML: unacceptable character #x0000: "
        'control characters are not allowed in "<unicode string>", position 6',
    ),
    (b"[" * 100_000 + b"]" * 100_000, ":1: is nested more than 50 levels deep"),
    (
        b"sources: {all: &all {name: union, of: {again: *all}}}\n",
        ": sources.all.of.again: its anchor stands inside itself",
    ),
    (
        b"a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        + b"".join(b"%c: &%c [%s]\n" % (b, b, b", ".join([b"*%c" % a] * 10)) for a, b in pairwise(b"abcdef")),
        ": holds more than 100000 values, those of an anchor counted wherever it is used",
    ),
    (b"- 1\n", ": must be a mapping with the keys seed, engine, sources, pairs, suites, models, gates, not a list"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: bytes, expected: str) -> None:
    (tmp_path / "params.yaml").write_bytes(text)

    assert [f"params.yaml{expected}"] == lines_of(tmp_path / "params.yaml")


@pytest.mark.parametrize("text", ["", "\ufeff", "# nothing yet\n"])
def test_an_empty_file_lacks_every_section(tmp_path: Path, text: str) -> None:
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")

    assert [
        "params.yaml: seed: missing; it must be a whole number",
        "params.yaml: engine: missing; it must be a mapping with the keys precision, compile",
        "params.yaml: sources: missing; it must be a mapping, `{}` if empty",
        "params.yaml: pairs: missing; it must be a mapping, `{}` if empty",
        "params.yaml: suites: missing; it must be a mapping, `{}` if empty",
        "params.yaml: models: missing; it must be a mapping, `{}` if empty",
        "params.yaml: gates: missing; it must be a mapping, `{}` if empty",
    ] == lines_of(tmp_path / "params.yaml")


def test_a_file_that_is_not_there_is_told_with_where_it_was_looked_for(tmp_path: Path) -> None:
    expected = f"params.yaml: not found in {tmp_path}; run from the checkout"

    assert [expected] == lines_of(tmp_path / "params.yaml")


def test_the_shipped_file_holds_and_its_check_loads_nothing_heavy() -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.params.check import checked; checked(Path('params.yaml'));"
        "print({'torch', 'cv2', 'numpy', 'mlflow', 'dvc'} & sys.modules.keys() or 'nothing')"
    )

    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "nothing\n" == said


PRESETS = sorted((ROOT / "presets").rglob("*.yaml"))
"""What experiments begin with, those of papers among them."""


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that every file of weights is there which a preset reads."""
    folder = tmp_path / "own" / "weights"
    folder.mkdir(parents=True)
    for preset in PRESETS:
        for name in re.findall(r"start: \{file: ([^,]+),", preset.read_text(encoding="utf-8")):
            (folder / name).touch()
    monkeypatch.setattr("pipeline.params.values.OWN", tmp_path / "own")


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_a_preset_overwrites_no_model_of_the_default_experiment(preset: Path) -> None:
    assert set() == checked(preset)["models"].keys() & checked(ROOT / "params.yaml")["models"].keys()


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_every_preset_holds(preset: Path) -> None:
    assert checked(preset)["models"]


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every mapping or list inside ``node`` with each of its keys or positions."""
    items = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, value in items:
        yield node, key
        yield from places(value)


WORDS = st.sampled_from(sorted({str(key) for _, key in places(SHIPPED)} | {"scratch", "none"}))
KEYS = WORDS | st.text(max_size=4)
SCALARS = st.none() | st.booleans() | st.integers(-3, 99) | st.floats() | KEYS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.integers(), inner, max_size=3),
    max_leaves=5,
)


def disturb(content: Any, data: st.DataObject) -> None:
    """Replace, remove or add something somewhere in ``content``; often, that it may pass, by a value of its type."""
    node, key = data.draw(st.sampled_from(list(places(content))))
    alike = [other[word] for other, word in places(content) if type(other[word]) is type(node[key])]
    way = data.draw(st.sampled_from(["exchange", "replace", "remove", "add"]))
    if way == "remove":
        del node[key]
    elif way == "add" and isinstance(node, dict):
        node[data.draw(KEYS)] = data.draw(VALUES)
    else:
        node[key] = copy.deepcopy(data.draw(st.sampled_from(alike) if way == "exchange" else VALUES))


@runs(max_examples=150, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_whatever_is_written_is_accepted_and_usable_or_told_in_lines(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = edited()
    for _ in range(data.draw(st.integers(1, 2))):
        disturb(content, data)
    path = tmp_path_factory.getbasetemp() / "params.yaml"
    write(path, content)

    try:
        accepted = checked(path)
    except ParamsError as error:
        said = str(error)
        assert all(line.startswith("params.yaml: ") for line in said.splitlines())
        assert all(word not in said for word in ("Traceback", "object at 0x", "<class"))
    else:
        settings(Engine, accepted["engine"])
        assert all(settings(Pairs, block) for block in accepted["pairs"].values())
        assert all(settings(Suite, block) for block in accepted["suites"].values())
        assert all(settings(Training, block["training"]) for block in accepted["models"].values())


def edited(*edits: str) -> Any:
    """Return a copy of the shipped file's content after ``edits``: ``a.b: value``, or ``without a.b``."""
    content = copy.deepcopy(SHIPPED)
    for edit in edits:
        key, _, value = edit.removeprefix("without ").partition(": ")
        *way, last = key.split(".")
        node = content
        for word in way:
            node = node[int(word) if isinstance(node, list) else word]
        if edit.startswith("without "):
            del node[last]
        else:
            node[int(last) if last.isdigit() else last] = YAML(typ="safe").load(value)
    return content


def write(path: Path, content: object) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(content, file)


def told(folder: Path, content: object) -> list[str]:
    """Return the lines that the check says about ``content``."""
    write(folder / "params.yaml", content)
    return lines_of(folder / "params.yaml")


def lines_of(path: Path) -> list[str]:
    with pytest.raises(ParamsError) as raised:
        checked(path)
    return str(raised.value).split("\n")
