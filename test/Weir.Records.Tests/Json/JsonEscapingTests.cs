using System.Buffers;
using System.Text;
using System.Text.Json;
using Weir.Records.Json;
using Xunit;

namespace Weir.Records.Tests.Json;

public sealed class JsonEscapingTests
{
    private delegate void Body(ref JsonOutput json);

    private static byte[] Write(Body body)
    {
        var buffer = new ArrayBufferWriter<byte>(1);
        var json = new JsonOutput(buffer);
        body(ref json);
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    [Fact]
    public void Every_single_byte_reads_back_as_itself_or_as_latin_1()
    {
        for (var value = 0; value < 256; value++)
        {
            byte[] bytes = [(byte)'a', (byte)value, (byte)'z'];
            var json = Write((ref JsonOutput j) => j.Text(bytes));
            Assert.Equal($"a{(char)value}z", JsonSerializer.Deserialize<string>(json));
        }
    }

    [Fact]
    public void Random_strings_read_back_through_System_Text_Json()
    {
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var text = new StringBuilder();
            for (var left = random.Next(600); left > 0; left--)
            {
                text.Append(random.Next(4) switch
                {
                    0 => (char)random.Next(0x20),
                    1 => "\"\\/\u2028é€"[random.Next(6)],
                    2 => (char)random.Next(0x20, 0x7F),
                    _ => (char)random.Next(0x80, 0xD800),
                });
                if (random.Next(10) == 0) text.Append("😀");
            }

            var expected = text.ToString();
            Assert.Equal(expected, JsonSerializer.Deserialize<string>(Write((ref JsonOutput j) => j.Text(expected))));
            var utf8 = Encoding.UTF8.GetBytes(expected);
            Assert.Equal(expected, JsonSerializer.Deserialize<string>(Write((ref JsonOutput j) => j.Text(utf8))));
        }
    }

    [Fact]
    public void Random_bytes_read_back_as_utf_8_or_latin_1()
    {
        var random = new Random(8);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            var valid = System.Text.Unicode.Utf8.IsValid(bytes);
            var expected = (valid ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);
            Assert.Equal(expected, JsonSerializer.Deserialize<string>(Write((ref JsonOutput j) => j.Text(bytes))));
        }
    }

    [Fact]
    public void Half_surrogates_become_the_replacement_character() =>
        Assert.Equal("a\uFFFDb", JsonSerializer.Deserialize<string>(Write((ref JsonOutput j) => j.Text("a\ud800b"))));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3 * 1024)]
    [InlineData(10_001)]
    public void Base64_in_groups_equals_base64_at_once(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var json = Write((ref JsonOutput j) => j.Base64Text(bytes));
        Assert.Equal($"\"{Convert.ToBase64String(bytes)}\"", Encoding.ASCII.GetString(json));
    }
}
