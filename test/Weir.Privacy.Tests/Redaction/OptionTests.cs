using System.Text;
using Weir.Privacy.Detection;
using Weir.Privacy.Redaction;
using Weir.Privacy.Tests.Detection;
using Weir.Records;
using Weir.Testing.Sensitive;
using Xunit;

namespace Weir.Privacy.Tests.Redaction;

public class OptionTests
{
    [Fact]
    public void Class_names_are_snake_case_and_differ()
    {
        Assert.All(SensitiveClasses.All, sensitive => Assert.Matches("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", sensitive.Name));
        Assert.Distinct(SensitiveClasses.All.Select(sensitive => sensitive.Name));
    }

    [Fact]
    public void Help_names_every_class_and_what_it_exposes() => Assert.All(SensitiveClasses.All, sensitive =>
    {
        Assert.Contains(sensitive.Name, RedactionOptions.RevealHelp(), StringComparison.Ordinal);
        Assert.Contains(sensitive.Exposes, RedactionOptions.RevealHelp(), StringComparison.Ordinal);
    });

    [Fact]
    public void Only_technical_data_is_shown_by_default() =>
        Assert.All(SensitiveClasses.All, sensitive => Assert.Equal(sensitive.Group != SensitiveGroup.Technical, RedactionOptions.Default.Masks(sensitive)));

    [Fact]
    public void All_reveals_everything()
    {
        Assert.True(RedactionOptions.TryParseReveal("all", [], out var revealed, out _));
        Assert.Equal(SensitiveClasses.All, revealed);
    }

    [Fact]
    public void An_unknown_class_is_refused_with_the_known_ones()
    {
        Assert.False(RedactionOptions.TryParseReveal("email,emial", [], out _, out var error));
        Assert.Contains("\"emial\"", error, StringComparison.Ordinal);
        Assert.Contains("payment_card", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Detectors_of_the_configuration_find_by_key_and_by_pattern()
    {
        var options = Parse("""{"detectors":[{"name":"staff_id","keys":["staff-id"],"pattern":"ST-[0-9]{6}","severity":"high"}]}""");
        Assert.Equal("""{"staffId":"***staff_id***","n":"see ***staff_id***"}""", Scans.Body("""{"staffId":"17","n":"see ST-123456"}""", options: options).BodyText());
    }

    [Fact]
    public void A_check_keeps_a_pattern_from_finding_too_much()
    {
        var options = Parse("""{"detectors":[{"name":"loyalty","pattern":"L[0-9]{8}","check":"luhn"}]}""");
        Assert.Equal("""["***loyalty***","L12345678"]""", Scans.Body("""["L12345674","L12345678"]""", options: options).BodyText());
    }

    [Theory]
    [InlineData("{\"reveal\":[\"nothing\"]}", "nothing")]
    [InlineData("{\"detectors\":[{\"name\":\"email\",\"keys\":[\"a\"]}]}", "built-in")]
    [InlineData("{\"detectors\":[{\"name\":\"x1\"}]}", "needs")]
    [InlineData("{\"detectors\":[{\"name\":\"x1\",\"pattern\":\"(\"}]}", "regular expression")]
    [InlineData("{\"detectors\":[{\"name\":\"x1\",\"pattern\":\"(a)\\\\1\"}]}", "look-around")]
    [InlineData("{\"other\":1}", "unknown")]
    [InlineData("{", "line 1")]
    public void Mistakes_in_the_configuration_are_told(string json, string hint)
    {
        Assert.False(RedactionConfiguration.TryParse(Encoding.UTF8.GetBytes(json), out _, out var error));
        Assert.Contains(hint, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("request_header:cookie", "a=1; b=2", "a=***cookie***; b=***cookie***")]
    [InlineData("request_header:authorization", "Basic dXNlcjpw", "Basic ***authorization***")]
    [InlineData("request_param:password", "hunter2", "***password***")]
    [InlineData("response_body", "{\"email\":\"ada@example.com\"}", "{\"email\":\"***email***\"}")]
    [InlineData("request_url", "http://a.example/x?token=synthetic17&page=2", "http://a.example/x?token=***token***&page=2")]
    [InlineData("session_field:user", "ada@example.com", "***email***")]
    public void Rules_mask_single_details(string key, string value, string expected)
    {
        var masker = new TextMasker();
        Assert.True(masker.Mask(key, value, out var masked));
        Assert.Equal(expected, masked);
        Assert.False(masker.Mask(key, masked, out var again));
        Assert.Same(masked, again);
    }

    [Fact]
    public void A_copy_of_a_running_exchange_has_everything()
    {
        var from = SeededPlaces.Clean();
        from.InProgress = true;
        foreach (var property in typeof(Exchange).GetProperties().Where(property => property.CanWrite))
        {
            object? value = property.PropertyType switch
            {
                var type when type == typeof(string) => property.Name,
                var type when type == typeof(bool) => true,
                var type when type == typeof(int) => 17,
                var type when type == typeof(long) => 17L,
                _ => null,
            };
            if (value is not null) property.SetValue(from, value);
        }

        var copy = new ExchangeRedactor().Redact(from);
        Assert.All(
            typeof(Exchange).GetProperties().Where(property => property.CanWrite),
            property => Assert.Equal(property.GetValue(from), property.GetValue(copy)));
        Assert.Equal(from.Request.Text(from.Request.Path), copy.Request.Text(copy.Request.Path));
    }

    private static RedactionOptions Parse(string json)
    {
        Assert.True(RedactionConfiguration.TryParse(Encoding.UTF8.GetBytes(json), out var options, out var error), error);
        return options;
    }
}
