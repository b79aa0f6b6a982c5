"""What a folder's labels.csv says, and what is wrong with one that does not."""

from pathlib import Path

import pytest

from core.uploads.labels import LabelledPicture, LabelsError, load_labels


def _folder(folder: Path, text: str | bytes) -> Path:
    (folder / "labels.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_files_labels_and_what_they_are_told_apart_by(tmp_path: Path) -> None:
    folder = _folder(
        tmp_path,
        "defect,file,note,label,source\nshadow,a.png,nice,07,s1\n,more/b.jpg,,,s2\nblur,c.png,,3\n",
    )

    assert load_labels(folder) == [
        LabelledPicture("a.png", "07", {"source": "s1", "defect": "shadow"}),
        LabelledPicture("more/b.jpg", "", {"source": "s2", "defect": ""}),
        LabelledPicture("c.png", "3", {"source": "", "defect": "blur"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "file,label\r\n숫자.png,7\r\n",
        "\ufefffile,label\r\n숫자.png,7\r\n",
        'file , label\n"숫자.png", 7 \n\n',
    ],
)
def test_it_may_come_from_any_spreadsheet(tmp_path: Path, text: str) -> None:
    assert load_labels(_folder(tmp_path, text)) == [LabelledPicture("숫자.png", "7", {})]


def test_a_name_may_be_quoted_with_whatever_is_in_it(tmp_path: Path) -> None:
    folder = _folder(tmp_path, 'file,label\n"내 숫자, ""칠"".png",7\n')

    (labelled,) = load_labels(folder)

    assert labelled.file == '내 숫자, "칠".png'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no column 'file'"),
        ("a.png,7\n", "names no column 'file'"),
        ("file;label\na.png;7\n", "names no column 'file'"),
        ("file,digit\na.png,7\n", "names no column 'label'"),
        ("file,label\n", "names no file."),
        ("file,label\na.png,7\nb.png,seven\n", "Line 3 of labels.csv has the label 'seven'"),
        ("file,label\na.png,٧\n", "has the label '٧'"),
        ("file,label\na.png,-1\n", "has the label '-1'"),
        ("file,label\n,7\n", "Line 2 of labels.csv names no file that can be"),
        ("file,label\na\0.png,7\n", "names no file that can be"),
        ("file,label\na.png,7\nb.png,1\n./a.png,7\n", "Line 4 of labels.csv names a file again"),
        ("file,label\n../a.png,7\n", "names a file outside the folder: '../a.png'"),
        ("file,label\n/etc/passwd,7\n", "names a file outside the folder"),
        ("file,label\nlink/a.png,7\n", "names a file outside the folder"),
        ('file,label\n"a.png,7\n', "is not in CSV"),
        ("file,label\n숫자.png,7\n".encode("cp949"), "is not in UTF-8"),
        ("file,label\na.png,7\n".encode("utf-16"), "is not in UTF-8"),
    ],
)
def test_what_is_wrong_with_it_is_told_in_one_sentence(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)

    with pytest.raises(LabelsError) as told:
        load_labels(_folder(folder, text))

    assert said in str(told.value)
    assert str(told.value).endswith(".")
    assert "\n" not in str(told.value)


def test_without_one_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="cannot be read: No such file or directory"):
        load_labels(tmp_path)
    with pytest.raises(LabelsError, match="cannot be read: No such file or directory"):
        load_labels(tmp_path / "absent")
