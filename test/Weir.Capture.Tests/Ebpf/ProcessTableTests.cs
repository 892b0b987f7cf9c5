using System.Text;
using Weir.Linux.Bpf;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

public sealed class ProcessTableTests : IDisposable
{
    private const string Container = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly DirectoryInfo _proc = Directory.CreateTempSubdirectory("weir-proc-");

    public void Dispose() => _proc.Delete(recursive: true);

    [Theory]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-" + Container + ".scope", Container)]
    [InlineData("/system.slice/docker-" + Container + ".scope", Container)]
    [InlineData("/kubepods/besteffort/pod12ab/" + Container, Container)]
    [InlineData("/kubepods/burstable/pod1/crio-" + Container + ".scope/container", Container)]
    [InlineData("/user.slice/user-0.slice/session-3.scope", null)]
    [InlineData("/a" + Container, null)]
    [InlineData("/", null)]
    [InlineData(null, null)]
    public void A_container_is_the_64_digits_of_its_group(string? group, string? expected) =>
        Assert.Equal(expected, ProcessTable.ContainerOf(group));

    [Fact]
    public void On_a_host_with_both_hierarchies_the_one_that_tells_a_container_counts()
    {
        Assert.Equal("/docker/" + Container, ProcessTable.GroupOf(["12:memory:/docker/" + Container, "1:name=systemd:/x", "0::/"]));
        Assert.Equal("/unified", ProcessTable.GroupOf(["3:cpu:/other", "0::/unified"]));
        Assert.Null(ProcessTable.GroupOf([]));
    }

    [Fact]
    public void A_process_is_read_once_and_told_apart_from_a_later_one_with_its_id()
    {
        Write(7, "/docker/" + Container);
        var table = new ProcessTable(_proc.FullName);
        var first = table.Of(Event(7, 100, "curl"));
        Write(7, "/other");
        Assert.Same(first, table.Of(Event(7, 100, "curl")));
        Assert.Equal(Container, first!.ContainerId);
        Assert.Equal("curl", first.Name);
        var second = table.Of(Event(7, 200, "nginx"));
        Assert.Equal("/other", second!.Cgroup);
        Assert.Null(second.ContainerId);
    }

    [Fact]
    public void A_process_that_takes_another_name_is_told_by_it()
    {
        Write(7, "/");
        var table = new ProcessTable(_proc.FullName);
        Assert.Equal("sh", table.Of(Event(7, 100, "sh"))!.Name);
        Assert.Equal("sleep", table.Of(Event(7, 100, "sleep"))!.Name);
    }

    [Fact]
    public void A_process_that_is_gone_is_where_others_of_its_group_are()
    {
        Write(7, "/docker/" + Container);
        var table = new ProcessTable(_proc.FullName);
        table.Of(Event(7, 100, "server", cgroup: 42));
        Assert.Equal(Container, table.Of(Event(8, 101, "curl", cgroup: 42))!.ContainerId);
        Assert.Equal(0, table.Missed);
        Assert.Null(table.Of(Event(9, 101, "curl", cgroup: 43))!.ContainerId);
        Assert.Equal(1, table.Missed);
    }

    [Fact]
    public void An_event_without_a_process_names_none()
    {
        var header = Event(7, 100, "curl");
        header.Flags = EventFlags.None;
        Assert.Null(new ProcessTable(_proc.FullName).Of(header));
    }

    private static EventHeader Event(uint pid, ulong start, string name, ulong cgroup = 1)
    {
        var header = new EventHeader { Pid = pid, ProcessStartNs = start, Flags = EventFlags.Process, Cgroup = cgroup };
        Encoding.ASCII.GetBytes(name).CopyTo(header.Comm[..]);
        return header;
    }

    private void Write(int pid, string group)
    {
        var directory = _proc.CreateSubdirectory($"{pid}");
        File.WriteAllText(Path.Combine(directory.FullName, "cgroup"), $"0::{group}\n");
    }
}
