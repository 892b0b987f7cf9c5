using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>The way in and out of the page, in a browser.</summary>
[Collection(PageCollection.Name)]
public sealed class LoginPageTests(PageFixture fixture)
{
    private static readonly PageAssertionsToHaveURLOptions s_patience = new() { Timeout = 60_000 };

    [SkippableFact]
    public async Task A_stranger_logs_in_comes_back_to_the_address_wanted_and_logs_out()
    {
        await using var page = await fixture.Chromium.Open(login: false);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/?where=status_code+%3E%3D+400");
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("/login\\?next="), s_patience);
        // The way to the login is an answer and not a refusal.
        page.AssertClean();
        await page.Page.GetByTestId("login-name").FillAsync("admin");
        await page.Page.GetByTestId("login-password").FillAsync("not the password");
        await page.Page.GetByTestId("login-submit").ClickAsync();
        await Assertions.Expect(page.Page.GetByTestId("login-trouble")).ToHaveTextAsync("Name or password is wrong.");
        await Assertions.Expect(page.Page.GetByTestId("login-password")).ToHaveValueAsync("");
        await page.Page.GetByTestId("login-password").FillAsync(Login.Password);
        await page.Page.GetByTestId("login-password").PressAsync("Enter");
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("/\\?where=status_code"), s_patience);
        await Assertions.Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "connected");
        await page.WaitForCalls(1);
        Assert.Equal("", await page.Page.EvaluateAsync<string>("document.cookie"));
        await page.Page.GetByTestId("log-out").ClickAsync();
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("/login$"), s_patience);
        await page.Page.GotoAsync($"{fixture.Demo.Address}/status");
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("/login\\?next=%2Fstatus$"), s_patience);
        page.AssertClean("401");
    }

    [SkippableFact]
    public async Task The_link_of_the_console_logs_in_by_one_click_once()
    {
        await using var weir = await RunningWeir.Start("-p", "1");
        var link = Regex.Match(weir.Said, @"http://\S+/login#code=\S+").Value;
        Assert.NotEmpty(link);
        await using (var page = await fixture.Chromium.Open(login: false))
        {
            await page.Page.GotoAsync(link);
            await Assertions.Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "connected");
            Assert.Equal($"{weir.Address}/", page.Page.Url);
            page.AssertClean();
        }

        await using var second = await fixture.Chromium.Open(login: false);
        await second.Page.GotoAsync(link);
        await Assertions.Expect(second.Page.GetByTestId("login-trouble")).ToContainTextAsync("This link was used already");
        Assert.Equal($"{weir.Address}/login", second.Page.Url);
        second.AssertClean("401");
    }
}
