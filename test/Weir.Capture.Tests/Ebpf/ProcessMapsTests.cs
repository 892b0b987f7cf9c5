using System.Text;
using Weir.Capture.Ebpf.Tls;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

public class ProcessMapsTests
{
    [Fact]
    public void A_file_mapped_as_code_is_read_with_its_place()
    {
        Assert.True(ProcessMaps.TryParse("7f2d5c400000-7f2d5c45b000 r-xp 0001f000 fe:01 918273                     /usr/lib/libssl.so.3"u8, out var file));
        Assert.Equal(new MappedFile(new FileKey((0xFE << 20) | 1, 918273), 0x7f2d5c400000, 0x7f2d5c45b000, "/usr/lib/libssl.so.3"), file);
        Assert.Equal("/proc/17/map_files/7f2d5c400000-7f2d5c45b000", file.LinkIn(17));
        Assert.Equal("libssl.so.3", file.Name.ToString());
    }

    [Fact]
    public void The_name_of_a_deleted_file_is_without_that_note()
    {
        Assert.True(ProcessMaps.TryParse("1000-2000 r-xp 0 08:02 5 /a b/node (deleted)"u8, out var file));
        Assert.Equal("node", file.Name.ToString());
    }

    [Theory]
    [InlineData("7f2d5c400000-7f2d5c45b000 r--p 0001f000 fe:01 918273 /usr/lib/libssl.so.3")]
    [InlineData("7f2d5c400000-7f2d5c45b000 r-xp 00000000 00:00 0")]
    [InlineData("7f2d5c400000-7f2d5c45b000 r-xp 00000000 00:00 0 [vdso]")]
    [InlineData("7f2d5c400000-7f2d5c45b000 r-xp 00000000 00:01 7 anon_inode:x")]
    [InlineData("7f2d5c400000")]
    [InlineData("7f2d5c400000-")]
    [InlineData("1-2 r-x")]
    [InlineData("1-2 r-xp 0 fe:")]
    [InlineData("")]
    [InlineData("nonsense")]
    public void Other_lines_are_left_aside(string line)
    {
        Assert.False(ProcessMaps.TryParse(Encoding.ASCII.GetBytes(line), out _));
    }

    [Fact]
    public void Each_file_comes_once_however_the_bytes_are_cut()
    {
        var lines = string.Concat(Enumerable.Range(1, 600).Select(i =>
            $"{i}000-{i}fff r-xp 00000000 fe:01 {i % 300 + 1} /lib/{new string('x', 100)}{i % 300}.so\n{i}000-{i}fff r--p 00000000 fe:01 {i} /data\n"));
        var files = ProcessMaps.Read(new MemoryStream(Encoding.ASCII.GetBytes(lines)));
        Assert.Equal(300, files.Count);
        Assert.All(files, file => Assert.EndsWith(".so", file.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void A_line_without_an_end_is_survived()
    {
        Assert.Empty(ProcessMaps.Read(new MemoryStream(Encoding.ASCII.GetBytes(new string('x', 100_000)))));
    }
}
