"""How many cores' worth of time a container gets."""

from pathlib import Path

from engine.machine.usage.cpu_load import limit_in, quota


def files(root: Path, **contents: str) -> Path:
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def test_a_limit_of_the_container_counts_wherever_above_it_stands(tmp_path: Path) -> None:
    files(
        tmp_path,
        **{
            "proc/self/cgroup": "0::/pods/this\n",
            "sys/fs/cgroup/pods/this/cpu.max": "max 100000\n",
            "sys/fs/cgroup/pods/cpu.max": "250000 100000\n",
        },
    )
    assert quota(tmp_path) == 3


def test_the_older_control_groups_are_read_as_well(tmp_path: Path) -> None:
    files(
        tmp_path,
        **{
            "proc/self/cgroup": "5:cpu,cpuacct:/box\n4:memory:/box\n",
            "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": "200000\n",
            "sys/fs/cgroup/cpu/box/cpu.cfs_period_us": "100000\n",
        },
    )
    assert quota(tmp_path) == 2


def test_without_control_groups_or_limits_there_is_none(tmp_path: Path) -> None:
    assert quota(tmp_path) is None
    files(tmp_path, **{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.cfs_quota_us": "-1\n"})
    assert quota(tmp_path) is None
    assert limit_in(tmp_path / "nowhere") is None
