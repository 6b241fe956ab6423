from sample_catalogue import chair, write_catalogue

from engine.data.catalogue import Catalogue
from engine.data.fingerprint import fingerprint

OBJ = b"mtllib wood.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
MTL = b"newmtl oak\nmap_Kd oak.jpg\n"


def test_everything_the_colours_and_triangles_come_from_counts():
    files = {"wood.mtl": MTL, "oak.jpg": b"picture", "other.jpg": b"x"}
    usual = fingerprint(OBJ, files.get, b"icon")
    assert len(usual) == 16
    assert usual == fingerprint(OBJ, dict(files).get, b"icon")
    others = [
        fingerprint(OBJ.replace(b"1 0 0", b"2 0 0"), files.get, b"icon"),
        fingerprint(OBJ, (files | {"wood.mtl": MTL + b"Kd 1 0 0\n"}).get, b"icon"),
        fingerprint(OBJ, (files | {"oak.jpg": b"another"}).get, b"icon"),
        fingerprint(OBJ, {}.get, b"icon"),
        fingerprint(OBJ, files.get, b"another icon"),
        fingerprint(OBJ, files.get),
    ]
    assert len({usual, *others}) == 7
    assert fingerprint(OBJ, (files | {"other.jpg": b"y"}).get, b"icon") == usual, "what nobody names does not count"


def test_a_piece_of_a_catalogue_follows_its_files_and_its_entry(tmp_path):
    def stamps(name, meshes, **more):
        with Catalogue(write_catalogue(tmp_path / name, meshes, **more)) as catalogue:
            return [catalogue.stamp(f"Sample#{piece}") for piece in ("ash", "elm")]

    usual = stamps("a.sh3f", {"ash": chair(0), "elm": chair(1)})
    assert usual == stamps("b.sh3f", {"elm": chair(1), "ash": chair(0)}), "neither the file nor the order counts"
    moved = stamps("c.sh3f", {"ash": chair(2), "elm": chair(1)})
    assert (moved[0] != usual[0], moved[1] == usual[1]) == (True, True)
    turned = {"elm": {"modelRotation": "0 0 1 0 1 0 -1 0 0"}}
    assert stamps("d.sh3f", {"ash": chair(0), "elm": chair(1)}, changes=turned)[1] != usual[1]
    larger = {"elm": {"width": "61"}}
    assert stamps("e.sh3f", {"ash": chair(0), "elm": chair(1)}, changes=larger)[1] != usual[1]
