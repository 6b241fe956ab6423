"""A tiny furniture catalogue, made on the spot."""

import io
import zipfile

import numpy as np
import trimesh
from PIL import Image

HEADER = "id=Sample#models\nname=Sample\nlicense=Creative Commons Attribution 3.0 license\nprovider=example.org\n"


def obj_text(mesh, material="red", library="model.mtl"):
    lines = [f"mtllib {library}", f"usemtl {material}"]
    lines += [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in mesh.vertices]
    lines += [f"f {a + 1}//1 {b + 1}//1 {c + 1}//1" for a, b, c in mesh.faces]
    return "\n".join(lines) + "\n"


def png(size=128, colour=(10, 20, 30, 255)):
    out = io.BytesIO()
    Image.new("RGBA", (size, size), colour).save(out, format="PNG")
    return out.getvalue()


def entry(number, piece, **changes):
    values = {
        "id": f"Sample#{piece}",
        "name": piece.title(),
        "category": "Room",
        "icon": f"/sample/{piece}.png",
        "model": f"/sample/{piece}/model.obj",
        "width": "60",
        "depth": "40",
        "height": "80.5",
        "creator": "Somebody",
        **changes,
    }
    return "".join(f"{key}#{number}={value}\n" for key, value in values.items() if value is not None)


def chair(seed):
    rng = np.random.default_rng(seed)
    width, height = rng.uniform(0.4, 0.7), rng.uniform(0.4, 0.6)
    parts = [((width, 0.08, 0.5), (0.0, height, 0.0)), ((width, 0.6, 0.06), (0.0, height + 0.3, -0.22))]
    parts += [((0.06, height, 0.06), (x * (width / 2 - 0.05), height / 2, z * 0.2)) for x in (-1, 1) for z in (-1, 1)]
    boxes = [trimesh.creation.box(size, trimesh.transformations.translation_matrix(at)) for size, at in parts]
    return trimesh.util.concatenate(boxes)


def write_catalogue(path, meshes, header=HEADER, extra=None, changes=None):
    """`meshes`: piece name -> mesh, OBJ bytes, or None for a model that is missing from the zip."""
    text = header
    with zipfile.ZipFile(path, "w") as archive:
        for number, (piece, mesh) in enumerate(meshes.items(), start=1):
            text += entry(number, piece, **(changes or {}).get(piece, {}))
            if mesh is not None:
                archive.writestr(f"sample/{piece}/model.obj", mesh if isinstance(mesh, bytes) else obj_text(mesh))
            archive.writestr(f"sample/{piece}/model.mtl", "newmtl red\nKd 0.8 0.1 0.2\n")
            archive.writestr(f"sample/{piece}.png", png())
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
        archive.writestr("PluginFurnitureCatalog.properties", text.encode("latin-1"))
    return path
