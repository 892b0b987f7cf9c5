using Weir.Storage.ClickHouse;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>Answers by hand; a real server's are read in the other tests.</summary>
public class RowBinaryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(65_536)]
    [InlineData(1_000_003)]
    public void A_text_of_any_length_comes_back(int length)
    {
        var writer = new RowBinaryWriter();
        writer.Text(new string('a', length));
        writer.Int32(-7);
        var reader = new RowBinaryReader(new MemoryStream(writer.Written.ToArray()));
        Assert.Equal(new string('a', length), reader.Text());
        Assert.Equal(-7, reader.Int32());
        Assert.False(reader.Next());
    }

    [Fact]
    public void A_length_is_no_reason_to_take_memory()
    {
        // 512 MiB as LEB128, and three bytes.
        byte[] torn = [0x80, 0x80, 0x80, 0x80, 0x02, 1, 2, 3];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => new RowBinaryReader(new MemoryStream(torn)).Bytes());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_length_of_more_than_five_bytes_is_none() =>
        Assert.Throws<InvalidDataException>(() => new RowBinaryReader(new MemoryStream([0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 1, 2])).Bytes());
}
