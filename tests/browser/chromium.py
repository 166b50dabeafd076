"""Debian's Chromium, driven headless and without any network but the site's own address."""
import base64

FLAGS = """--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars
           --disable-background-networking --disable-component-update --disable-sync""".split()


class Browser:
    def __init__(self):
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service
        options = Options()
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_script_timeout(60)

    def close(self):
        self.driver.quit()

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def look(self, url, *window, scripts=True, csp=True, **features):
        """Opens url in a window as view() says.  csp=False: the test's own scripts may be added."""
        self.command("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.command("Page.setBypassCSP", enabled=not csp)
        self.view(*window, **features)
        self.driver.get_log("browser")
        self.driver.get(url)
        return self

    def view(self, width=1280, height=900, scheme="light", media="", **features):
        """Gives the page that is open another window, or a reader with other wishes."""
        features = {"prefers-color-scheme": scheme, **{k.replace("_", "-"): v for k, v in features.items()}}
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.command("Emulation.setEmulatedMedia", media=media,
                     features=[{"name": k, "value": v} for k, v in features.items()])
        return self

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def console(self):
        return [line["message"] for line in self.driver.get_log("browser")]

    def press(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def arrive(self, url):
        """Waits until a key's navigation has led to url and the page is whole."""
        from selenium.webdriver.support.ui import WebDriverWait
        WebDriverWait(self.driver, 20).until(
            lambda d: d.current_url == url and d.execute_script("return document.readyState") == "complete",
            f"{self.driver.current_url} instead of {url}")

    def focused(self):
        """What has the focus, as a reader names it: its text, or the name of its field."""
        return self.js("const e = document.activeElement; return (e.textContent || e.name || e.tagName).trim()")

    def screenshot(self, path):
        height = self.js("return document.documentElement.scrollHeight")
        width = self.js("return innerWidth")
        picture = self.command("Page.captureScreenshot", captureBeyondViewport=True,
                               clip={"x": 0, "y": 0, "width": width, "height": min(height, 12000), "scale": 1})
        path.write_bytes(base64.b64decode(picture["data"]))

    def pdf(self):
        """As printed on A4."""
        return base64.b64decode(self.command("Page.printToPDF", paperWidth=8.27, paperHeight=11.69,
                                             preferCSSPageSize=False)["data"])
