"""Runs a model of the user's own with the user's own Python, on behalf of the editor.

    run_model.py export --source FILE --class NAME --weights FILE --out FILE.onnx --shape 1,64 [--arguments JSON]
        imports the class, loads the weights into it and writes the network as ONNX.
    run_model.py activations --source FILE --class NAME --weights FILE --out FILE.npz --data FILE.npy [--arguments JSON]
        does the same, runs it on rows of data and writes what each module gives: one array a module.

The last line of standard output is one JSON object: the answer, or {"code", "message", "hint"}. Nothing that exists is overwritten,
and a file is whole or not there. Weights are loaded with `weights_only`: a checkpoint that holds more than tensors is refused.
Needs Python 3.8 and PyTorch 1.13 or later.
"""

import argparse
import importlib
import importlib.util
import json
import os
import sys
import traceback

# What people call the weights in a dictionary that holds more, such as the optimiser's state.
KEYS_OF_WEIGHTS = ("state_dict", "model_state_dict", "model", "net", "network", "weights", "params", "ema", "module")
# What wrappers put before every name.
PREFIXES = ("module.", "_orig_mod.", "model.", "net.")


class Refusal(Exception):
    def __init__(self, code, message, hint=None):
        super().__init__(message)
        self.answer = {"code": code, "message": message}
        if hint:
            self.answer["hint"] = hint


def main():
    arguments = parse_arguments()
    try:
        answer = {"export": export, "activations": activations}[arguments.command](arguments)
    except Refusal as refusal:
        traceback.print_exc(file=sys.stderr)
        answer = refusal.answer
    except KeyboardInterrupt:
        answer = {"code": "cancelled", "message": "The run was cancelled before it finished."}
    except MemoryError:
        answer = {"code": "too-large", "message": "Python ran out of memory.", "hint": "Use fewer rows."}
    # A line of its own, whatever the model's code printed before.
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
    sys.stdout.flush()


def parse_arguments():
    parser = argparse.ArgumentParser(prog="run_model.py")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("export", "activations"):
        command = commands.add_parser(name)
        command.add_argument("--source", required=True)
        command.add_argument("--class", dest="class_name", required=True)
        command.add_argument("--weights", required=True)
        command.add_argument("--out", required=True)
        command.add_argument("--arguments", default="{}")
        if name == "export":
            command.add_argument("--shape", required=True)
        else:
            command.add_argument("--data", required=True)
    return parser.parse_args()


# Building the model


def import_torch():
    try:
        import torch
    except ImportError as error:
        raise Refusal(
            "unsupported",
            "PyTorch does not load in %s: %s." % (sys.executable, error),
            "Choose an interpreter that has PyTorch, or install it there: pip install torch.",
        )
    return torch


def load_class(path, name):
    """The class of that name, from a file that may import its neighbours, also as parts of its package."""
    folder = os.path.dirname(os.path.abspath(path))
    module_name = os.path.splitext(os.path.basename(path))[0]
    # A file within packages is imported under its whole name, so that its relative imports work.
    while os.path.exists(os.path.join(folder, "__init__.py")):
        module_name = os.path.basename(folder) + "." + module_name
        folder = os.path.dirname(folder)
    sys.path.insert(0, folder)
    try:
        if "." in module_name:
            module = importlib.import_module(module_name)
        else:
            spec = importlib.util.spec_from_file_location(module_name, path)
            if spec is None or spec.loader is None:
                raise Refusal("unsupported", "%s is no Python file." % path)
            module = importlib.util.module_from_spec(spec)
            sys.modules[module_name] = module
            spec.loader.exec_module(module)
    except Refusal:
        raise
    except SystemExit:
        raise Refusal("unsupported", "%s ends the program when it is imported." % path, GUARD_HINT)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise Refusal(
            "unsupported", "Importing %s failed%s: %s." % (path, place(error, path), sentence(error)), import_hint(error)
        )
    found = getattr(module, name, None)
    if not isinstance(found, type):
        raise Refusal("not-found", "%s defines no class %s." % (path, name))
    return found


GUARD_HINT = 'Keep what trains or exits behind `if __name__ == "__main__":`.'


def import_hint(error):
    if isinstance(error, ModuleNotFoundError):
        return "Install %s in %s, or choose another interpreter." % (error.name, sys.executable)
    return GUARD_HINT


def build(arguments, torch):
    made_of = load_class(arguments.source, arguments.class_name)
    try:
        given = json.loads(arguments.arguments)
        positional, named = (given, {}) if isinstance(given, list) else ([], dict(given))
    except (ValueError, TypeError):
        raise Refusal("usage", "The arguments are no JSON object or list: %s." % arguments.arguments)
    try:
        model = made_of(*positional, **named)
    except Exception as error:
        raise Refusal(
            "usage",
            "%s could not be made%s: %s." % (arguments.class_name, place(error, arguments.source), sentence(error)),
            'Give the arguments of its constructor as JSON, such as {"hidden": 128}.',
        )
    if not isinstance(model, torch.nn.Module):
        raise Refusal("unsupported", "%s is no torch.nn.Module." % arguments.class_name)
    load_weights(model, arguments.weights, torch)
    return model.eval()


def load_weights(model, path, torch):
    try:
        if path.endswith(".safetensors"):
            held = load_safetensors(path)
        else:
            held = torch.load(path, map_location="cpu", weights_only=True)
    except TypeError:
        raise Refusal(
            "unsupported",
            "PyTorch %s cannot load weights without running what else the file holds." % torch.__version__,
            "Use PyTorch 1.13 or later.",
        )
    except FileNotFoundError:
        raise Refusal("not-found", "There is no file %s." % path)
    except Refusal:
        raise
    except Exception as error:
        raise Refusal(
            "unsafe" if "weights_only" in str(error).lower() or "unsupported" in str(error).lower() else "corrupt",
            "%s does not load as weights alone: %s." % (path, sentence(error)),
            "Save the state_dict of the model by itself: torch.save(model.state_dict(), FILE).",
        )
    candidates = list(candidates_of(held, torch))
    if not candidates:
        raise Refusal("unsupported", "%s holds no state_dict." % path, "Save torch.save(model.state_dict(), FILE).")
    wanted = model.state_dict()
    best = max((fitted(state, wanted) for state in candidates), key=lambda state: len(set(state) & set(wanted)))
    missing = [name for name in wanted if name not in best]
    surplus = [name for name in best if name not in wanted]
    wrong = [name for name in wanted if name in best and tuple(best[name].shape) != tuple(wanted[name].shape)]
    name_of_class = type(model).__name__
    if wrong:
        name = wrong[0]
        raise Refusal(
            "shape-mismatch",
            "The weights do not fit %s: %s is %s in the file and %s in the class%s."
            % (name_of_class, name, shape_of(best[name]), shape_of(wanted[name]), and_more(len(wrong) - 1)),
            "Give the constructor the arguments that the model was trained with.",
        )
    if missing or surplus:
        parts = []
        if missing:
            parts.append("the file lacks %s%s" % (missing[0], and_more(len(missing) - 1)))
        if surplus:
            parts.append("the class lacks %s%s" % (surplus[0], and_more(len(surplus) - 1)))
        raise Refusal(
            "shape-mismatch",
            "The weights do not fit %s: %s." % (name_of_class, "; ".join(parts)),
            "Choose the class that the weights were saved from.",
        )
    model.load_state_dict(best)


def load_safetensors(path):
    try:
        from safetensors.torch import load_file
    except ImportError:
        raise Refusal(
            "unsupported",
            "The package safetensors is not installed in %s." % sys.executable,
            "Install it there: pip install safetensors.",
        )
    return load_file(path)


def candidates_of(held, torch):
    """Dictionaries of tensors: the thing itself, or under one of the usual keys."""
    if isinstance(held, dict):
        if held and all(isinstance(value, torch.Tensor) for value in held.values()):
            yield held
        for key in KEYS_OF_WEIGHTS:
            if isinstance(held.get(key), dict):
                yield from candidates_of(held[key], torch)


def fitted(state, wanted):
    """Names without the wrapper's prefix, where that is what makes them fit."""
    best = state
    for prefix in PREFIXES:
        if state and all(name.startswith(prefix) for name in state):
            bare = {name[len(prefix):]: value for name, value in state.items()}
            if len(set(bare) & set(wanted)) > len(set(best) & set(wanted)):
                best = bare
    return best


# Running it


def export(arguments):
    torch = import_torch()
    model = build(arguments, torch)
    out = free(arguments.out)
    try:
        shape = [int(size) for size in arguments.shape.split(",")]
        if not shape or any(size < 1 for size in shape):
            raise ValueError
    except ValueError:
        raise Refusal("usage", "The shape of the input is no list of sizes: %s." % arguments.shape, "Such as 1,3,32,32.")
    sample = torch.zeros(*shape)
    forward(model, sample, arguments.source, torch)
    options = {"opset_version": 13, "input_names": ["input"], "output_names": ["output"]}
    options["dynamic_axes"] = {"input": {0: "batch"}, "output": {0: "batch"}}
    if "dynamo" in torch.onnx.export.__code__.co_varnames:
        options["dynamo"] = False
    temporary = out + ".part"
    try:
        torch.onnx.export(model, sample, temporary, **options)
        os.replace(temporary, out)
    except Exception as error:
        raise Refusal(
            "unsupported",
            "PyTorch could not write %s as ONNX: %s." % (arguments.class_name, sentence(error)),
            "Save its activations instead: they can be inspected in the same way.",
        )
    finally:
        remove(temporary)
    return {"out": out, "torch": str(torch.__version__), "python": sys.version.split()[0]}


def activations(arguments):
    torch = import_torch()
    import numpy

    model = build(arguments, torch)
    out = free(arguments.out)
    try:
        rows = numpy.load(arguments.data, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise Refusal("corrupt", "%s is no .npy file: %s." % (arguments.data, sentence(error)))
    kept = {}
    hooks = []

    def keep(name):
        def hook(_module, _inputs, output):
            if isinstance(output, torch.Tensor) and output.dim() > 0 and output.shape[0] == batch.shape[0]:
                kept.setdefault(name, []).append(output.detach().float().cpu().numpy())

        return hook

    for name, module in model.named_modules():
        if name and not any(True for _ in module.children()):
            hooks.append(module.register_forward_hook(keep(name)))
    try:
        for start in range(0, len(rows), 256):
            batch = torch.from_numpy(numpy.ascontiguousarray(rows[start:start + 256])).float()
            forward(model, batch, arguments.source, torch)
            print("%d of %d rows" % (min(start + 256, len(rows)), len(rows)), file=sys.stderr, flush=True)
    finally:
        for hook in hooks:
            hook.remove()
    # A module that is called more than once a pass has no one activation.
    arrays = {name: numpy.concatenate(parts) for name, parts in kept.items() if sum(map(len, parts)) == len(rows)}
    if not arrays:
        raise Refusal("empty", "No module of %s gives one tensor with one row for each input." % arguments.class_name)
    temporary = out + ".part"
    try:
        with open(temporary, "wb") as file:
            numpy.savez(file, **arrays)
        os.replace(temporary, out)
    finally:
        remove(temporary)
    return {"out": out, "torch": str(torch.__version__), "python": sys.version.split()[0], "layers": list(arrays)}


def forward(model, batch, source, torch):
    try:
        with torch.no_grad():
            return model(batch)
    except Exception as error:
        raise Refusal(
            "shape-mismatch",
            "The model does not take an input of %s%s: %s." % (shape_of(batch), place(error, source), sentence(error)),
            "Give the shape of one batch as the model was trained with it.",
        )


def free(path):
    if os.path.exists(path):
        raise Refusal("exists", "%s is there already." % path, "Choose another name.")
    if not os.path.isdir(os.path.dirname(os.path.abspath(path))):
        raise Refusal("not-found", "There is no folder %s." % os.path.dirname(os.path.abspath(path)))
    return path


def remove(path):
    try:
        os.remove(path)
    except OSError:
        pass


# Words


def sentence(error):
    text = " ".join(str(error).split()) or type(error).__name__
    return (text if len(text) <= 300 else text[:299] + "…").rstrip(".")


def place(error, path):
    """The last line of the user's file that the error passed through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if same_file(frame.filename, path)]
    return " at line %d" % lines[-1] if lines else ""


def same_file(a, b):
    return os.path.abspath(a) == os.path.abspath(b)


def shape_of(tensor):
    return " × ".join(str(size) for size in tensor.shape) or "1"


def and_more(count):
    return "" if count <= 0 else " (and %d more)" % count


if __name__ == "__main__":
    main()
